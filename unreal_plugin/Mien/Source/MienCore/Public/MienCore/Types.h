#pragma once

#include <cstddef>
#include <cstdint>

namespace mien {

/// Microseconds of a monotonic clock. Whose clock is said where it matters: the sidecar's ("sender time") or
/// the game's ("now", "arrival"). Neither may exceed `kLatest`, so that differences and sums cannot overflow.
using Micros = std::int64_t;

constexpr Micros kMillisecond = 1000;
constexpr Micros kSecond = 1000 * kMillisecond;
constexpr Micros kLatest = Micros{1} << 61;  // 73 000 years

/// Bytes that belong to somebody else.
struct ByteSpan {
  const std::uint8_t* data = nullptr;
  std::size_t size = 0;
};

/// Room for bytes that belongs to somebody else.
struct MutableBytes {
  std::uint8_t* data = nullptr;
  std::size_t size = 0;
};

}  // namespace mien
