#pragma once

#include "CoreMinimal.h"

// API/Runtime/DeveloperSettings/UDeveloperSettings: GetCategoryName
class UDeveloperSettings : public UObject {
 public:
  virtual FName GetCategoryName() const;
};
