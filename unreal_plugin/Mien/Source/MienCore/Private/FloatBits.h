#pragma once

#include "MienCore/Block.h"

#include <cstdint>
#include <cstring>

#if defined(__SSE2__) || defined(_M_X64)
#include <emmintrin.h>
#define MIEN_SSE2
#endif

/// Whether floats are finite and within bounds, by their bits: the classic tests for NaN vanish under -ffast-math and
/// /fp:fast, which engines like to set. As a number without sign, |x| grows with x, and NaN and infinity are larger
/// than everything.
namespace mien::bits {

constexpr std::uint32_t kOne = 0x3F800000;        // 1.0F
constexpr std::uint32_t kPi = 0x40490FDB;         // the float32 next to pi
constexpr std::uint32_t kSign = 0x80000000;
constexpr std::uint32_t kTwoOrMore = 0x40000000;  // this bit is set just where |x| >= 2

inline bool isFinite(float number) {
  std::uint32_t bits = 0;
  std::memcpy(&bits, &number, sizeof(bits));
  return (bits >> 23 & 0xFFU) != 0xFF;
}

inline bool isFinite(double number) {
  std::uint64_t bits = 0;
  std::memcpy(&bits, &number, sizeof(bits));
  return (bits >> 52 & 0x7FFU) != 0x7FF;
}

/// The bits of x themselves.
struct AsTheyAre {
  std::uint32_t operator()(std::uint32_t bits) const { return bits; }
#ifdef MIEN_SSE2
  __m128i operator()(__m128i bits) const { return bits; }
#endif
};

/// Has its sign bit set where x is beyond [0, 1], or is -0.
struct BeyondUnit {
  std::uint32_t operator()(std::uint32_t bits) const { return (kOne - bits) | bits; }
#ifdef MIEN_SSE2
  __m128i operator()(__m128i bits) const {
    return _mm_or_si128(_mm_sub_epi32(_mm_set1_epi32(static_cast<int>(kOne)), bits), bits);
  }
#endif
};

/// Returns every bit that is set in `of` any element.
template <typename Of>
std::uint32_t anyBit(Block<std::uint32_t> block, Of of) {
  std::uint32_t any = 0;
  std::size_t i = 0;
#ifdef MIEN_SSE2
  // gcc -O2 and MSVC leave the plain loop below scalar, which is four times slower.
  __m128i even = _mm_setzero_si128();
  __m128i odd = _mm_setzero_si128();
  for (; i + 8 <= block.size(); i += 8) {
    const auto* at = reinterpret_cast<const __m128i*>(block.bytes() + i * sizeof(float));
    even = _mm_or_si128(even, of(_mm_loadu_si128(at)));
    odd = _mm_or_si128(odd, of(_mm_loadu_si128(at + 1)));
  }
  std::uint32_t parts[4];
  _mm_storeu_si128(reinterpret_cast<__m128i*>(parts), _mm_or_si128(even, odd));
  any = parts[0] | parts[1] | parts[2] | parts[3];
#endif
  for (; i < block.size(); ++i) any |= of(block[i]);
  return any;
}

/// Whether every x is in [0, 1].
inline bool withinUnit(Block<std::uint32_t> block) {
  if ((anyBit(block, BeyondUnit{}) & kSign) == 0) return true;
  for (std::size_t i = 0; i < block.size(); ++i) {
    if (block[i] > kOne && block[i] != kSign) return false;
  }
  return true;
}

/// Whether every |x| is at most the float whose bits `bound` is.
inline bool withinMagnitude(Block<std::uint32_t> block, std::uint32_t bound) {
  if (bound >= kTwoOrMore && (anyBit(block, AsTheyAre{}) & kTwoOrMore) == 0) return true;
  for (std::size_t i = 0; i < block.size(); ++i) {
    if ((block[i] & ~kSign) > bound) return false;
  }
  return true;
}

}  // namespace mien::bits
