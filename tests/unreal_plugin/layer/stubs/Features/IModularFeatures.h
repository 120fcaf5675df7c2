#pragma once

#include "CoreMinimal.h"

// API/Runtime/Core/IModularFeature
class IModularFeature {
 public:
  virtual ~IModularFeature() = default;
};

// API/Runtime/Core/IModularFeatures: Get, IsModularFeatureAvailable, GetModularFeature
class IModularFeatures {
 public:
  static IModularFeatures& Get();
  virtual bool IsModularFeatureAvailable(const FName Type) = 0;
  template <typename TModularFeature>
  TModularFeature& GetModularFeature(const FName Type);
};
