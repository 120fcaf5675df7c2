#pragma once

#include "MienCore/Types.h"

#include <cstdint>
#include <string_view>

/// The part of msgpack that the protocol uses: no extensions, texts are UTF-8, maps have few entries.
namespace mien::msgpack {

enum class Type : std::uint8_t { Nil, Boolean, Unsigned, Negative, Real, Text, Binary, Array, Map };

/// Has no initializers: zeroing the fields of a message would cost as much as reading them.
struct Value {
  Type type;
  std::uint64_t number;  ///< of an Unsigned or Boolean; entries of an Array or Map
  double real;
  const std::uint8_t* data;  ///< content of a Text or Binary; of an Array or Map all that is inside
  std::size_t size;          ///< bytes of it
  ByteSpan bytes() const { return {data, size}; }
};

inline std::uint64_t bigEndian64(const std::uint8_t* at) {  // written out, compilers make one load of it
  return std::uint64_t{at[0]} << 56U | std::uint64_t{at[1]} << 48U | std::uint64_t{at[2]} << 40U |
         std::uint64_t{at[3]} << 32U | std::uint64_t{at[4]} << 24U | std::uint64_t{at[5]} << 16U |
         std::uint64_t{at[6]} << 8U | std::uint64_t{at[7]};
}

/// Reads the value at `at` (of an array or map the head only) and returns where the next one starts, or null
/// when there is none whole before `end`.
const std::uint8_t* readHead(const std::uint8_t* at, const std::uint8_t* end, Value& value);
/// Skips so many values with all that is in them, in time linear in the bytes and without recursion.
const std::uint8_t* skipValues(const std::uint8_t* at, const std::uint8_t* end, std::uint64_t count);

/// Walks over encoded values; every read is checked against the end first. Inline, so that its position stays
/// in a register: through memory, each step would wait for the one before.
class Reader {
 public:
  explicit Reader(ByteSpan bytes) : at_(bytes.data), end_(bytes.data + bytes.size) {}

  bool atEnd() const { return at_ == end_; }
  ByteSpan rest() const { return {at_, static_cast<std::size_t>(end_ - at_)}; }
  /// Moves past `size` bytes that the caller has looked at in `rest()`.
  void skip(std::size_t size) { at_ += size; }

  /// Reads a number, text or block whole; of an array or map the head only: its children come next.
  bool head(Value& value) { return moveTo(readHead(at_, end_, value)); }
  /// Reads a value whole, children included. Numbers and blocks, in the forms that a face frame has them in, are read
  /// here and now: a call for each would cost as much as reading them.
  bool whole(Value& value) {
    const auto left = static_cast<std::size_t>(end_ - at_);
    if (left > 9) {
      const std::uint8_t code = *at_;
      if (code < 0x80) {
        value.type = Type::Unsigned;
        value.number = code;
        ++at_;
        return true;
      }
      if (code == 0xCF) {
        value.type = Type::Unsigned;
        value.number = bigEndian64(at_ + 1);
        at_ += 9;
        return true;
      }
      if (code >= 0xC4 && code <= 0xC6) {
        const std::size_t width = std::size_t{1} << (code - 0xC4U);
        value.size = static_cast<std::size_t>(bigEndian64(at_ + 1) >> (64 - 8 * width));
        if (left - 1 - width < value.size) return false;
        value.type = Type::Binary;
        value.data = at_ + 1 + width;
        at_ = value.data + value.size;
        return true;
      }
    }
    if (!head(value)) return false;
    if (value.type != Type::Array && value.type != Type::Map) return true;
    const std::uint64_t children = value.type == Type::Map ? 2 * value.number : value.number;
    if (!moveTo(skipValues(at_, end_, children))) return false;
    value.size = static_cast<std::size_t>(at_ - value.data);
    return true;
  }

 private:
  bool moveTo(const std::uint8_t* next) {
    if (next != nullptr) at_ = next;
    return next != nullptr;
  }

  const std::uint8_t* at_;
  const std::uint8_t* end_;
};

bool isUtf8(ByteSpan text);

/// Writes encoded values into fixed room; once something did not fit, `overflowed` stays true.
class Writer {
 public:
  explicit Writer(MutableBytes room) : room_(room) {}

  void map(std::size_t entries);
  void text(std::string_view text);
  void number(std::uint64_t number);
  void real(double number);
  /// Writes the head of a block and returns where its bytes go; null when they do not fit.
  std::uint8_t* binary(std::size_t length);

  bool overflowed() const { return overflowed_; }
  std::size_t size() const { return size_; }

 private:
  std::uint8_t* reserve(std::size_t length);
  void head(std::uint8_t code, std::uint64_t number, std::size_t bytes);

  MutableBytes room_;
  std::size_t size_ = 0;
  bool overflowed_ = false;
};

}  // namespace mien::msgpack
