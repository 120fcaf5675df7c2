#pragma once

#include "CoreMinimal.h"

// API/Runtime/Core/FName: constructors, IsNone, ToString; compares without regard to case
class FName {
 public:
  FName() = default;
  FName(const TCHAR* Name) : Shown(Name) {
    for (TCHAR Character : Shown) Compared += static_cast<char>(std::tolower(static_cast<char>(Character)));
  }
  bool IsNone() const { return Compared.empty() || Compared == "none"; }
  FString ToString() const { return Shown; }
  bool operator==(const FName& Other) const { return Compared == Other.Compared; }
  std::size_t StubHash() const { return std::hash<std::string>()(Compared); }

 private:
  FString Shown;
  std::string Compared;
};
