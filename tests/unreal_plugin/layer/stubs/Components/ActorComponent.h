#pragma once

#include "CoreMinimal.h"

class AActor;

// API/Runtime/Engine/EEndPlayReason__Type
namespace EEndPlayReason {
enum Type : int;
}

// API/Runtime/Engine/ELevelTick
enum ELevelTick : int;

// API/Runtime/Engine/FActorComponentTickFunction, API/Runtime/Engine/FTickFunction: bCanEverTick
struct FActorComponentTickFunction {
  uint8 bCanEverTick : 1;
};

// API/Runtime/Engine/UActorComponent: BeginPlay, EndPlay, GetOwner, PrimaryComponentTick, TickComponent
class UActorComponent : public UObject {
 public:
  AActor* GetOwner() const;
  virtual void TickComponent(float DeltaTime, ELevelTick TickType, FActorComponentTickFunction* ThisTickFunction);
  FActorComponentTickFunction PrimaryComponentTick;

 protected:
  virtual void BeginPlay();
  virtual void EndPlay(const EEndPlayReason::Type EndPlayReason);
};
