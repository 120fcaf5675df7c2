#pragma once

#include "CoreMinimal.h"

// API/Runtime/Core/TPair
template <typename K, typename V>
struct TPair {
  K Key;
  V Value;
};

// API/Runtime/Core/TMapBase: Add, Contains, Find, Num, Reset
template <typename K, typename V>
class TMap {
 public:
  V& Add(const K& Key, const V& Value);
  bool Contains(const K& Key) const;
  V* Find(const K& Key);
  const V* Find(const K& Key) const;
  int32 Num() const;
  void Reset();
  const TPair<K, V>* begin() const;
  const TPair<K, V>* end() const;
};
