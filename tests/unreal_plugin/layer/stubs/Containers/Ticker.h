#pragma once

#include "CoreMinimal.h"

// API/Runtime/Core/FTickerDelegate: bool(float)
using FTickerDelegate = TDelegate<bool(float)>;

// API/Runtime/Core/FTSTicker: GetCoreTicker, AddTicker, RemoveTicker
class FTSTicker {
 public:
  struct FElement;
  using FDelegateHandle = TWeakPtr<FElement>;
  static FTSTicker& GetCoreTicker();
  FDelegateHandle AddTicker(const FTickerDelegate& InDelegate, float InDelay = 0.0f);
  static void RemoveTicker(FDelegateHandle Handle);
};
