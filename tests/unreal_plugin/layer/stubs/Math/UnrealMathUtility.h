#pragma once

#include "CoreMinimal.h"

// API/Runtime/Core/FMath: Abs, Clamp, DegreesToRadians, Max
struct FMath {
  template <typename T>
  static T Abs(T A) { return A < 0 ? -A : A; }
  template <typename T>
  static T Clamp(T X, T Min, T Max) { return X < Min ? Min : X < Max ? X : Max; }
  template <typename T>
  static T Max(T A, T B) { return A < B ? B : A; }
  template <typename T>
  static T DegreesToRadians(T Degrees);
};

// API/Runtime/Core/TVector: X, Y, Z, DistSquared; double since 5.0
struct FVector {
  static double DistSquared(const FVector& V1, const FVector& V2);
  double X, Y, Z;
};

// API/Runtime/Core/TRotator: Pitch, Yaw, Roll in degrees
struct FRotator {
  double Pitch, Yaw, Roll;
};
