#pragma once

// API/Runtime/Core/TArray: Add, Append(const ElementType*, SizeType), Init, Num, Pop, Reserve, Reset,
// RemoveAll, operator==
template <typename T>
class TArray {
 public:
  int32 Num() const { return static_cast<int32>(Items.size()); }
  int32 Add(const T& Item) { Items.push_back(Item); return Num() - 1; }
  void Append(const T* Data, int32 Count) { Items.insert(Items.end(), Data, Data + Count); }
  void Init(const T& Item, int32 Count) { Items.assign(static_cast<std::size_t>(Count), Item); }
  T Pop() {
    T Last = std::move(Items.back());
    Items.pop_back();
    return Last;
  }
  void Reserve(int32 Count) { Items.reserve(static_cast<std::size_t>(Count)); }
  void Reset(int32 = 0) { Items.clear(); }
  template <typename Predicate>
  int32 RemoveAll(const Predicate& Is) { return static_cast<int32>(std::erase_if(Items, Is)); }
  bool operator==(const TArray& Other) const { return Items == Other.Items; }
  decltype(auto) operator[](int32 Index) { return Items[static_cast<std::size_t>(Index)]; }
  decltype(auto) operator[](int32 Index) const { return Items[static_cast<std::size_t>(Index)]; }
  auto begin() { return Items.begin(); }
  auto end() { return Items.end(); }
  auto begin() const { return Items.begin(); }
  auto end() const { return Items.end(); }

 private:
  std::vector<T> Items;
};
