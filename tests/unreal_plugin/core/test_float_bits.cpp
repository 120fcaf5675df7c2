#include "FloatBits.h"
#include "check.h"

#include <cmath>
#include <cstring>
#include <limits>
#include <vector>

using namespace mien;

namespace {

const float kNever[] = {std::numeric_limits<float>::quiet_NaN(), -std::numeric_limits<float>::quiet_NaN(),
                        std::numeric_limits<float>::infinity(), -std::numeric_limits<float>::infinity()};

/// Whether `check` says yes to a block of good values and no once any one of them is bad, for blocks of each size up to
/// some vectors' and at each alignment; the block ends where the memory does, so that a sanitizer sees a read beyond.
template <typename Check>
bool findsEach(const std::vector<float>& good, const std::vector<float>& bad, Check check) {
  for (std::size_t size = 0; size <= 70; ++size) {
    for (std::size_t shift = 0; shift < 16; ++shift) {
      std::vector<std::uint8_t> bytes(shift + size * sizeof(float));
      std::vector<float> values(size);
      for (std::size_t i = 0; i < size; ++i) values[i] = good[i % good.size()];
      const Block<std::uint32_t> block(bytes.data() + shift, size);
      const auto write = [&] { if (size > 0) std::memcpy(bytes.data() + shift, values.data(), size * sizeof(float)); };
      write();
      if (!check(block)) return false;
      for (std::size_t i = 0; i < size; ++i) {
        const float before = values[i];
        values[i] = bad[(i + shift) % bad.size()];
        write();
        if (check(block)) return false;
        values[i] = before;
      }
    }
  }
  return true;
}

std::vector<float> with(std::vector<float> values, const float (&more)[4]) {
  values.insert(values.end(), more, more + 4);
  return values;
}

const float kPiFloat = 3.14159274F;

TEST_CASE("float bits: one value beyond [0, 1] is found at every place, size and alignment") {
  const std::vector<float> good = {0, 1, 0.5F, -0.0F, 1e-45F, 0.999999940F, 1e-38F};
  const std::vector<float> bad = with({1.00000012F, -1e-45F, -1, 2, 1e38F, -0.5F}, kNever);
  CHECK(findsEach(good, bad, bits::withinUnit));
}

TEST_CASE("float bits: one angle beyond pi is found at every place, size and alignment") {
  const std::vector<float> good = {0, kPiFloat, -kPiFloat, 1, -0.0F, 2, -2, 1e-45F};
  const std::vector<float> bad = with({3.14159298F, -3.14159298F, 4, -4, 1e38F, -1e38F}, kNever);
  CHECK(findsEach(good, bad, [](Block<std::uint32_t> block) { return bits::withinMagnitude(block, bits::kPi); }));
}

TEST_CASE("float bits: one number beyond -1 and 1 is found at every place, size and alignment") {
  const std::vector<float> good = {0, 1, -1, 0.5F, -0.0F};
  const std::vector<float> bad = with({1.00000012F, -1.00000012F, 2, -3}, kNever);
  CHECK(findsEach(good, bad, [](Block<std::uint32_t> block) { return bits::withinMagnitude(block, bits::kOne); }));
}

}  // namespace
