#pragma once

#include "CoreMinimal.h"

template <typename T>
class TSharedRef;
template <typename T>
class TWeakPtr;

// API/Runtime/Core/TSharedPtr: constructors, Reset, ToSharedRef, operators
template <typename T>
class TSharedPtr {
 public:
  TSharedPtr(std::nullptr_t = nullptr);
  template <typename Other>
    requires std::is_convertible_v<Other*, T*>
  TSharedPtr(const TSharedRef<Other>& Ref);
  explicit operator bool() const;
  T* operator->() const;
  T& operator*() const;
  void Reset();
  TSharedRef<T> ToSharedRef() const;
  bool operator==(const TSharedPtr& Other) const;
};

// API/Runtime/Core/TSharedRef: no default constructor; operators
template <typename T>
class TSharedRef {
 public:
  TSharedRef(const TSharedRef&) = default;
  T* operator->() const;
  T& operator*() const;
  bool operator==(const TSharedRef& Other) const;

 private:
  TSharedRef();
  template <typename Made, typename... Arguments>
  friend TSharedRef<Made> MakeShared(Arguments&&... Args);
};

// API/Runtime/Core/TWeakPtr: constructors, IsValid, Pin
template <typename T>
class TWeakPtr {
 public:
  TWeakPtr();
  TWeakPtr(const TSharedRef<T>& Ref);
  TWeakPtr(const TSharedPtr<T>& Pointer);
  bool IsValid() const;
  TSharedPtr<T> Pin() const;
};

// API/Runtime/Core/MakeShared
template <typename T, typename... Arguments>
TSharedRef<T> MakeShared(Arguments&&...) {
  static_assert(std::is_constructible_v<T, Arguments&&...>);
  return TSharedRef<T>();
}
