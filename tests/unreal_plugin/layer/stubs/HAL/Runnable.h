#pragma once

#include "CoreMinimal.h"

// API/Runtime/Core/FRunnable: Init, Run, Stop, Exit
class FRunnable {
 public:
  virtual ~FRunnable() = default;
  virtual bool Init() { return true; }
  virtual uint32 Run() = 0;
  virtual void Stop() {}
  virtual void Exit() {}
};
