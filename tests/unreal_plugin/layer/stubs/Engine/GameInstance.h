#pragma once

#include "CoreMinimal.h"

class APlayerController;

// API/Runtime/Engine/UGameInstance: GetFirstLocalPlayerController, GetSubsystem
class UGameInstance : public UObject {
 public:
  APlayerController* GetFirstLocalPlayerController(const UWorld* World = nullptr) const;
  template <typename TSubsystemClass>
  TSubsystemClass* GetSubsystem() const;
};
