#include "Msgpack.h"

#include "MienCore/Messages.h"

#include <cstring>

namespace mien::msgpack {

namespace {

using Bytes = const std::uint8_t*;

std::size_t room(Bytes at, Bytes end) { return static_cast<std::size_t>(end - at); }

/// Reads a big-endian number; null when it is cut short.
template <std::size_t kSize>
Bytes number(Bytes at, Bytes end, std::uint64_t& out) {
  if (room(at, end) < kSize) return nullptr;
  out = 0;
  for (std::size_t i = 0; i < kSize; ++i) out = out << 8 | at[i];
  return at + kSize;
}

template <std::size_t kSize>
Bytes unsignedInteger(Bytes at, Bytes end, Value& value) {
  value.type = Type::Unsigned;
  return number<kSize>(at, end, value.number);
}

template <std::size_t kSize>
Bytes signedInteger(Bytes at, Bytes end, Value& value) {
  Bytes const next = number<kSize>(at, end, value.number);
  if (next == nullptr) return nullptr;
  value.type = value.number >> (8 * kSize - 1) != 0 ? Type::Negative : Type::Unsigned;
  return next;
}

Bytes single(Bytes at, Bytes end, Value& value) {
  std::uint64_t bits = 0;
  Bytes const next = number<4>(at, end, bits);
  const auto low = static_cast<std::uint32_t>(bits);
  float real = 0;
  std::memcpy(&real, &low, sizeof(real));
  value.type = Type::Real;
  value.real = static_cast<double>(real);
  return next;
}

Bytes twofold(Bytes at, Bytes end, Value& value) {
  std::uint64_t bits = 0;
  Bytes const next = number<8>(at, end, bits);
  value.type = Type::Real;
  std::memcpy(&value.real, &bits, sizeof(value.real));
  return next;
}

Bytes text(Bytes at, Bytes end, std::uint64_t length, Value& value) {
  if (length > kMaxText || room(at, end) < length) return nullptr;
  value.type = Type::Text;
  value.data = at;
  value.size = static_cast<std::size_t>(length);
  return isUtf8(value.bytes()) ? at + length : nullptr;
}

Bytes container(Bytes at, Bytes end, Type type, std::uint64_t count, Value& value) {
  if (type == Type::Map && count > kMaxEntries) return nullptr;
  value.type = type;
  value.number = count;
  value.data = at;
  value.size = room(at, end);
  return at;
}

template <std::size_t kSize>
Bytes longBinary(Bytes at, Bytes end, Value& value) {
  std::uint64_t length = 0;
  at = number<kSize>(at, end, length);
  if (at == nullptr || room(at, end) < length) return nullptr;
  value.type = Type::Binary;
  value.data = at;
  value.size = static_cast<std::size_t>(length);
  return at + length;
}

template <std::size_t kSize>
Bytes longText(Bytes at, Bytes end, Value& value) {
  std::uint64_t length = 0;
  at = number<kSize>(at, end, length);
  return at == nullptr ? nullptr : text(at, end, length, value);
}

template <std::size_t kSize>
Bytes longContainer(Bytes at, Bytes end, Type type, Value& value) {
  std::uint64_t count = 0;
  at = number<kSize>(at, end, count);
  return at == nullptr ? nullptr : container(at, end, type, count, value);
}

/// Forms that hold their value or length in the first byte.
Bytes fixed(std::uint8_t code, Bytes at, Bytes end, Value& value) {
  if (code >= 0xE0) {
    value.type = Type::Negative;
    return at;
  }
  if (code < 0x90) return container(at, end, Type::Map, code & 0x0FU, value);
  if (code < 0xA0) return container(at, end, Type::Array, code & 0x0FU, value);
  return text(at, end, code & 0x1FU, value);
}

}  // namespace

const std::uint8_t* readHead(const std::uint8_t* at, const std::uint8_t* end, Value& value) {
  if (at == end) return nullptr;
  const std::uint8_t code = *at++;
  if (code < 0x80) {
    value.type = Type::Unsigned;
    value.number = code;
    return at;
  }
  if (code < 0xC0 || code >= 0xE0) return fixed(code, at, end, value);
  switch (code) {
    case 0xC0: value.type = Type::Nil; return at;
    case 0xC2:
    case 0xC3:
      value.type = Type::Boolean;
      value.number = code & 1U;
      return at;
    case 0xC4: return longBinary<1>(at, end, value);
    case 0xC5: return longBinary<2>(at, end, value);
    case 0xC6: return longBinary<4>(at, end, value);
    case 0xCA: return single(at, end, value);
    case 0xCB: return twofold(at, end, value);
    case 0xCC: return unsignedInteger<1>(at, end, value);
    case 0xCD: return unsignedInteger<2>(at, end, value);
    case 0xCE: return unsignedInteger<4>(at, end, value);
    case 0xCF: return unsignedInteger<8>(at, end, value);
    case 0xD0: return signedInteger<1>(at, end, value);
    case 0xD1: return signedInteger<2>(at, end, value);
    case 0xD2: return signedInteger<4>(at, end, value);
    case 0xD3: return signedInteger<8>(at, end, value);
    case 0xD9: return longText<1>(at, end, value);
    case 0xDA: return longText<2>(at, end, value);
    case 0xDB: return longText<4>(at, end, value);
    case 0xDC: return longContainer<2>(at, end, Type::Array, value);
    case 0xDD: return longContainer<4>(at, end, Type::Array, value);
    case 0xDE: return longContainer<2>(at, end, Type::Map, value);
    case 0xDF: return longContainer<4>(at, end, Type::Map, value);
    default: return nullptr;  // reserved, or an extension
  }
}

const std::uint8_t* skipValues(const std::uint8_t* at, const std::uint8_t* end, std::uint64_t count) {
  // Every value has at least one byte, so this ends with the bytes however many children are announced.
  for (; count > 0; --count) {
    Value value;
    at = readHead(at, end, value);
    if (at == nullptr) return nullptr;
    if (value.type == Type::Array) count += value.number;
    if (value.type == Type::Map) count += 2 * value.number;
  }
  return at;
}

bool isUtf8(ByteSpan text) {
  const std::uint8_t* at = text.data;
  const std::uint8_t* const end = text.data + text.size;
  while (at < end) {
    const std::uint8_t lead = *at++;
    if (lead < 0x80) continue;
    // Follows table 3-7 of the Unicode Standard: no overlong forms, no surrogates, nothing past U+10FFFF.
    std::size_t more = 0;
    std::uint8_t low = 0x80;
    std::uint8_t high = 0xBF;
    if (lead >= 0xC2 && lead <= 0xDF) {
      more = 1;
    } else if (lead >= 0xE0 && lead <= 0xEF) {
      more = 2;
      if (lead == 0xE0) low = 0xA0;
      if (lead == 0xED) high = 0x9F;
    } else if (lead >= 0xF0 && lead <= 0xF4) {
      more = 3;
      if (lead == 0xF0) low = 0x90;
      if (lead == 0xF4) high = 0x8F;
    } else {
      return false;
    }
    if (static_cast<std::size_t>(end - at) < more) return false;
    if (*at < low || *at > high) return false;
    for (std::size_t i = 1; i < more; ++i) {
      if ((at[i] & 0xC0U) != 0x80) return false;
    }
    at += more;
  }
  return true;
}

std::uint8_t* Writer::reserve(std::size_t length) {
  if (overflowed_ || room_.size - size_ < length) {
    overflowed_ = true;
    return nullptr;
  }
  std::uint8_t* const start = room_.data + size_;
  size_ += length;
  return start;
}

void Writer::head(std::uint8_t code, std::uint64_t number, std::size_t bytes) {
  std::uint8_t* const out = reserve(1 + bytes);
  if (out == nullptr) return;
  out[0] = code;
  for (std::size_t i = 0; i < bytes; ++i) out[bytes - i] = static_cast<std::uint8_t>(number >> (8 * i));
}

void Writer::map(std::size_t entries) {
  if (entries < 16) {
    head(static_cast<std::uint8_t>(0x80 + entries), 0, 0);
  } else {
    head(0xDE, entries, 2);
  }
}

void Writer::text(std::string_view text) {
  if (text.size() < 32) {
    head(static_cast<std::uint8_t>(0xA0 + text.size()), 0, 0);
  } else if (text.size() < 256) {
    head(0xD9, text.size(), 1);
  } else {
    head(0xDA, text.size(), 2);
  }
  std::uint8_t* const out = reserve(text.size());
  if (out != nullptr && !text.empty()) std::memcpy(out, text.data(), text.size());
}

void Writer::number(std::uint64_t number) {
  if (number < 0x80) {
    head(static_cast<std::uint8_t>(number), 0, 0);
  } else if (number <= 0xFF) {
    head(0xCC, number, 1);
  } else if (number <= 0xFFFF) {
    head(0xCD, number, 2);
  } else if (number <= 0xFFFFFFFF) {
    head(0xCE, number, 4);
  } else {
    head(0xCF, number, 8);
  }
}

void Writer::real(double number) {
  std::uint64_t bits = 0;
  std::memcpy(&bits, &number, sizeof(bits));
  head(0xCB, bits, 8);
}

std::uint8_t* Writer::binary(std::size_t length) {
  if (length <= 0xFF) {
    head(0xC4, length, 1);
  } else if (length <= 0xFFFF) {
    head(0xC5, length, 2);
  } else {
    head(0xC6, length, 4);
  }
  return reserve(length);
}

}  // namespace mien::msgpack
