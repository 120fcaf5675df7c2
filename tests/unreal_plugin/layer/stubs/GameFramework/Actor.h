#pragma once

#include "CoreMinimal.h"

class UGameInstance;

// API/Runtime/Engine/AActor: FindComponentByClass, GetActorLocation, GetActorRotation, GetGameInstance,
// WasRecentlyRendered
class AActor : public UObject {
 public:
  template <typename T>
  T* FindComponentByClass() const;
  FVector GetActorLocation() const;
  FRotator GetActorRotation() const;
  UGameInstance* GetGameInstance() const;
  bool WasRecentlyRendered(float Tolerance = 0.2f) const;
};
