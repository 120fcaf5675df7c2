#pragma once

#include "HAL/Runnable.h"

// API/Runtime/Core/EThreadPriority
enum EThreadPriority { TPri_Normal, TPri_AboveNormal };

// API/Runtime/Core/FRunnableThread: Create, WaitForCompletion
class FRunnableThread {
 public:
  virtual ~FRunnableThread();
  static FRunnableThread* Create(FRunnable* InRunnable, const TCHAR* ThreadName, uint32 InStackSize = 0,
                                 EThreadPriority InThreadPri = TPri_Normal);
  virtual void WaitForCompletion() = 0;
};
