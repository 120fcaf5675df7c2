#pragma once

#include "CoreMinimal.h"

// API/Runtime/Core/FGuid: constructors, Invalidate, IsValid, operator==
struct FGuid {
  FGuid() = default;
  FGuid(uint32 InA, uint32 InB, uint32 InC, uint32 InD) : A(InA), B(InB), C(InC), D(InD) {}
  bool IsValid() const { return (A | B | C | D) != 0; }
  void Invalidate() { *this = FGuid(); }
  friend bool operator==(const FGuid& X, const FGuid& Y) {
    return X.A == Y.A && X.B == Y.B && X.C == Y.C && X.D == Y.D;
  }
  uint32 A = 0, B = 0, C = 0, D = 0;
};
