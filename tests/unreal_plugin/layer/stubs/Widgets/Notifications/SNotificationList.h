#pragma once

#include "CoreMinimal.h"

// API/Runtime/Slate/SNotificationItem
class SNotificationItem;

// API/Runtime/Slate/FNotificationInfo: constructor, ExpireDuration
struct FNotificationInfo {
  FNotificationInfo(const FText& InText);
  float ExpireDuration;
};
