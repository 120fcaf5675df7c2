#pragma once

#include "Containers/Array.h"

// API/Runtime/Core/TSet: constructor from an array, Add(const InElementType&, bool*), Contains
template <typename T>
class TSet {
 public:
  TSet() = default;
  explicit TSet(const TArray<T>& Array) {
    for (const T& Item : Array) Add(Item);
  }
  void Add(const T& Item, bool* bIsAlreadyInSetPtr = nullptr) {
    const bool bIs = Contains(Item);
    if (bIsAlreadyInSetPtr != nullptr) *bIsAlreadyInSetPtr = bIs;
    if (!bIs) Items.Add(Item);
  }
  bool Contains(const T& Item) const {
    for (const T& Other : Items) {
      if (Other == Item) return true;
    }
    return false;
  }
  auto begin() const { return Items.begin(); }
  auto end() const { return Items.end(); }

 private:
  TArray<T> Items;
};
