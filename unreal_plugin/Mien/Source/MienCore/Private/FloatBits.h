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

/// Returns every bit that is set in any element.
inline std::uint32_t anyBit(Block<std::uint32_t> block) {
#ifdef MIEN_SSE2
  // gcc -O2 and MSVC leave the plain loop below scalar, and loads that cross cache lines cost half as much again. OR
  // knows no borders between elements, so the aligned words in the middle may begin inside of one; only the places of
  // the bytes have to be turned back in the end. The elements at both ends cover what these words leave out.
  if (block.size() >= 16) {
    const std::uint8_t* const start = block.bytes();
    const std::size_t skipped = (16 - (reinterpret_cast<std::uintptr_t>(start) & 15U)) & 15U;
    const auto* const words = reinterpret_cast<const __m128i*>(start + skipped);
    const std::size_t count = (block.size() * sizeof(float) - skipped) / sizeof(__m128i);
    __m128i even = _mm_setzero_si128();
    __m128i odd = _mm_setzero_si128();
    std::size_t word = 0;
    for (; word + 4 <= count; word += 4) {
      const __m128i* const at = words + word;
      even = _mm_or_si128(even, _mm_or_si128(_mm_load_si128(at), _mm_load_si128(at + 1)));
      odd = _mm_or_si128(odd, _mm_or_si128(_mm_load_si128(at + 2), _mm_load_si128(at + 3)));
    }
    for (; word < count; ++word) odd = _mm_or_si128(odd, _mm_load_si128(words + word));
    const __m128i middle = _mm_or_si128(even, odd);
    const auto turn = static_cast<int>(8 * (skipped % sizeof(float)));
    const __m128i turned = _mm_or_si128(_mm_sll_epi32(middle, _mm_cvtsi32_si128(turn)),
                                        _mm_srl_epi32(middle, _mm_cvtsi32_si128(32 - turn)));
    const auto* const last = reinterpret_cast<const __m128i*>(start + (block.size() - 4) * sizeof(float));
    const __m128i ends = _mm_or_si128(_mm_loadu_si128(reinterpret_cast<const __m128i*>(start)), _mm_loadu_si128(last));
    std::uint32_t parts[4];
    _mm_storeu_si128(reinterpret_cast<__m128i*>(parts), _mm_or_si128(turned, ends));
    return parts[0] | parts[1] | parts[2] | parts[3];
  }
#endif
  std::uint32_t any = 0;
  for (std::size_t i = 0; i < block.size(); ++i) any |= block[i];
  return any;
}

/// Whether some x may be beyond [0, 1]; also true for -0, which is not.
inline bool mayLeaveUnit(Block<std::uint32_t> block) {
  // The sign bit of (1 - x) | x, taken as integers, is set just where x is larger than 1 or has a sign.
#ifdef MIEN_SSE2
  if (block.size() >= 4) {
    const __m128i one = _mm_set1_epi32(static_cast<int>(kOne));
    const auto signs = [&](std::size_t element) {
      const __m128i x = _mm_loadu_si128(reinterpret_cast<const __m128i*>(block.bytes() + element * sizeof(float)));
      return _mm_or_si128(_mm_sub_epi32(one, x), x);
    };
    __m128i even = signs(block.size() - 4);  // what the loop may leave over
    __m128i odd = _mm_setzero_si128();
    std::size_t i = 0;
    for (; i + 8 <= block.size(); i += 8) {
      even = _mm_or_si128(even, signs(i));
      odd = _mm_or_si128(odd, signs(i + 4));
    }
    if (i + 4 <= block.size()) odd = _mm_or_si128(odd, signs(i));
    return _mm_movemask_ps(_mm_castsi128_ps(_mm_or_si128(even, odd))) != 0;
  }
#endif
  std::uint32_t any = 0;
  for (std::size_t i = 0; i < block.size(); ++i) any |= (kOne - block[i]) | block[i];
  return (any & kSign) != 0;
}

/// Whether every x is in [0, 1].
inline bool withinUnit(Block<std::uint32_t> block) {
  if (!mayLeaveUnit(block)) return true;
  for (std::size_t i = 0; i < block.size(); ++i) {
    if (block[i] > kOne && block[i] != kSign) return false;
  }
  return true;
}

/// Whether every |x| is at most the float whose bits `bound` is.
inline bool withinMagnitude(Block<std::uint32_t> block, std::uint32_t bound) {
  if (bound >= kTwoOrMore && (anyBit(block) & kTwoOrMore) == 0) return true;
  for (std::size_t i = 0; i < block.size(); ++i) {
    if ((block[i] & ~kSign) > bound) return false;
  }
  return true;
}

}  // namespace mien::bits
