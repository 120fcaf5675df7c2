#pragma once

#include "CoreMinimal.h"

// API/Runtime/Engine/FSubsystemCollectionBase
class FSubsystemCollectionBase;

class UGameInstance;

// API/Runtime/Engine/USubsystem: Initialize, Deinitialize
class USubsystem : public UObject {
 public:
  virtual void Initialize(FSubsystemCollectionBase& Collection);
  virtual void Deinitialize();
};

// API/Runtime/Engine/UGameInstanceSubsystem: GetGameInstance
class UGameInstanceSubsystem : public USubsystem {
 public:
  UGameInstance* GetGameInstance() const;
};
