#pragma once

#include "CoreMinimal.h"

// API/Runtime/Core/FConsoleCommandDelegate: void()
using FConsoleCommandDelegate = TDelegate<void()>;

// API/Runtime/Core/FAutoConsoleCommand/__ctor
class FAutoConsoleCommand {
 public:
  FAutoConsoleCommand(const TCHAR* Name, const TCHAR* Help, const FConsoleCommandDelegate& Command, uint32 Flags = 0);
};
