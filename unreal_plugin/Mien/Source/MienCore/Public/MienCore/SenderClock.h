#pragma once

#include "MienCore/Export.h"
#include "MienCore/Types.h"

namespace mien {

/// Lines up a sender's monotonic clock with ours from when its messages arrive.
///
/// Delay only ever adds: `arrival - t` is the offset plus a delay of at least the fastest way through. The least
/// difference within the last ten seconds holds against any jitter, and follows drift as old ones leave (100 ppm
/// make 1 ms). What remains is the fastest delay itself, some tenths of a millisecond on one machine.
class MIENCORE_API SenderClock {
 public:
  void reset() { *this = SenderClock(); }
  /// Takes in one message: sender time and when it came.
  void observe(Micros t, Micros arrival);
  /// False before the first message.
  bool known() const { return known_; }
  /// Microseconds to add to a sender time to have ours.
  Micros offset() const { return offset_; }
  /// Sender time at `now`, which is ours.
  Micros toSender(Micros now) const { return now - offset_; }

 private:
  static constexpr int kBuckets = 10;
  static constexpr Micros kBucket = kSecond;

  struct Bucket {
    Micros number = -kLatest;  // arrival / kBucket
    Micros least = 0;
  };
  Bucket buckets_[kBuckets];
  Micros offset_ = 0;
  bool known_ = false;
};

}  // namespace mien
