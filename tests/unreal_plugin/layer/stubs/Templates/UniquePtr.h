#pragma once

#include "CoreMinimal.h"

// API/Runtime/Core/TUniquePtr: Reset, operators; deletes a complete type
template <typename T>
class TUniquePtr {
 public:
  TUniquePtr();
  ~TUniquePtr() { static_assert(sizeof(T) > 0); }
  TUniquePtr(const TUniquePtr&) = delete;
  explicit operator bool() const;
  bool operator!() const;
  T* operator->() const;
  void Reset(T* Pointer = nullptr);
};
