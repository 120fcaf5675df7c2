#pragma once

#include "CoreMinimal.h"

class SNotificationItem;
struct FNotificationInfo;

// API/Runtime/Slate/FSlateNotificationManager: Get, AddNotification
class FSlateNotificationManager {
 public:
  static FSlateNotificationManager& Get();
  TSharedPtr<SNotificationItem> AddNotification(const FNotificationInfo& Info);
};
