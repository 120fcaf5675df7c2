// Runs MienAddress.cpp: reads each argument as an address and prints what it understood.

#include "MienAddress.h"
#include "MienSettings.h"

#include <cstdio>

template <std::size_t N, typename... Types>
FString FString::Printf(const TCHAR (&)[N], Types...) {
  return {};
}

UObject::~UObject() = default;
FName UDeveloperSettings::GetCategoryName() const { return {}; }
FName UMienSettings::GetCategoryName() const { return {}; }
template <>
const UMienSettings* GetDefault<UMienSettings>() {
  static const UMienSettings Settings;
  return &Settings;
}

#include "MienAddress.cpp"

int main(int Count, char** Arguments) {
  for (int Index = 1; Index < Count; ++Index) {
    FMienAddress Address;
    const bool bRead = FMienAddress::Parse(UTF8_TO_TCHAR(Arguments[Index]), Address);
    std::printf("%s %d %s\n", TCHAR_TO_UTF8(*Address.Host), Address.Port,
                !bRead ? "wrong" : Address.IsThisMachine() ? "here" : "elsewhere");
  }
}
