#pragma once

#include "CoreMinimal.h"
#include "Modules/ModuleInterface.h"

// API/Runtime/Core/FModuleManager: Get, IsModuleLoaded, LoadModuleChecked
class FModuleManager {
 public:
  static FModuleManager& Get();
  bool IsModuleLoaded(const FName InModuleName) const;
  template <typename TModuleInterface>
  static TModuleInterface& LoadModuleChecked(const FName InModuleName);
};

// https://dev.epicgames.com/documentation/en-us/unreal-engine/unreal-engine-modules
#define IMPLEMENT_MODULE(Class, Name) IModuleInterface* StubMake##Name() { return new Class; }
