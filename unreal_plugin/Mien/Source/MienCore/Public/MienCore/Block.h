#pragma once

#include "MienCore/Types.h"

#include <cstring>
#include <type_traits>

namespace mien {

#if defined(__BYTE_ORDER__) && defined(__ORDER_BIG_ENDIAN__) && __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
#error "blocks are little-endian on the wire and are copied as they are"
#endif

/// An array inside a message: little-endian, at any alignment, valid as long as the message's bytes.
template <typename T>
class Block {
  static_assert(std::is_arithmetic<T>::value, "plain numbers only");

 public:
  Block() = default;
  Block(const std::uint8_t* data, std::size_t size) : data_(data), size_(size) {}

  /// Number of elements.
  std::size_t size() const { return size_; }
  const std::uint8_t* bytes() const { return data_; }

  T operator[](std::size_t index) const {
    T value;
    std::memcpy(&value, data_ + index * sizeof(T), sizeof(T));
    return value;
  }

  /// Copies `count` elements from `first` on; the caller has checked both against `size()`.
  void copy(T* out, std::size_t first, std::size_t count) const {
    if (count > 0) std::memcpy(out, data_ + first * sizeof(T), count * sizeof(T));
  }

 private:
  const std::uint8_t* data_ = nullptr;
  std::size_t size_ = 0;
};

}  // namespace mien
