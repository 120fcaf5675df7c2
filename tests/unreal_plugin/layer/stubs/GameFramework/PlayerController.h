#pragma once

#include "GameFramework/Actor.h"

class APawn;

// API/Runtime/Engine/AController: GetPawn
class AController : public AActor {
 public:
  APawn* GetPawn() const;
};

// API/Runtime/Engine/APlayerController/GetPlayerViewPoint
class APlayerController : public AController {
 public:
  virtual void GetPlayerViewPoint(FVector& Location, FRotator& Rotation) const;
};
