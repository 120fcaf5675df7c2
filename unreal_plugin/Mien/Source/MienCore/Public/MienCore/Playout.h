#pragma once

#include "MienCore/Export.h"
#include "MienCore/Types.h"

#include <cstddef>
#include <vector>

namespace mien {

struct PlayoutOptions {
  Micros minDelay = 0;                   ///< equal to `maxDelay`: a fixed delay
  Micros maxDelay = 250 * kMillisecond;
  Micros hold = kSecond;                 ///< without samples, the last pose stays so long,
  Micros fadeOut = kSecond;              ///< then becomes neutral within so long
  Micros fadeIn = 200 * kMillisecond;    ///< and comes back within so long
};

/// Plays one character's samples back smoothly: a jitter buffer with interpolation.
///
/// It runs behind the sender's clock by `delay`, which adapts to what the samples need: the 97 % expectile of how
/// late each came after the one before it was taken, so that interval, jitter and losses all count; at a steady
/// 60 Hz about 18 ms. The position in sender time moves at 0.9 to 1.1 times real time and never passes the newest
/// sample, so no step is larger than 1.1 times the sender's. Only after a gap beyond `maxDelay` it catches up
/// faster, through the poses in between.
class MIENCORE_API Playout {
 public:
  enum class Arrival : unsigned char { Taken, Late, Duplicate };

  /// `width` values a sample, of which those from `fading` on go to neutral (0) when the sender is gone;
  /// `interval` is the expected time between samples.
  Playout(std::size_t width, std::size_t fading, Micros interval, const PlayoutOptions& options);

  /// Takes a sample of sender time `t`. `arrival` is when it came, on our clock, `arrivalAtSender` the same on the
  /// sender's. `sample` is where to write its values, or null when it is not newer than the newest.
  Arrival push(Micros t, Micros arrival, Micros arrivalAtSender, float*& sample);

  /// Moves on to `now` (`nowAtSender` on the sender's clock) and writes `width` values. `heard` is when the sender
  /// was last heard of, on our clock: as long as it sends for others, this character holds its pose.
  void advance(Micros now, Micros nowAtSender, Micros heard, float* out);

  /// Lets the pose fade without holding it: the character has left.
  void leave() { left_ = true; }
  bool left() const { return left_; }

  /// From 0 (neutral: the sender is gone) to 1.
  float presence() const { return presence_; }
  /// Current delay behind the sender's clock.
  Micros delay() const { return static_cast<Micros>(delay_); }
  /// Sender time of the pose.
  Micros position() const { return position_; }
  bool empty() const { return count_ == 0; }
  /// When the newest sample came, on our clock.
  Micros lastArrival() const { return lastArrival_; }

 private:
  Micros timeAt(std::size_t age) const { return times_[(newest_ + times_.size() - age) % times_.size()]; }
  const float* valuesAt(std::size_t age) const {
    return values_.data() + (newest_ + times_.size() - age) % times_.size() * width_;
  }
  void adapt(Micros required);
  void move(Micros elapsed, Micros nowAtSender);
  void interpolate(float* out) const;
  void fade(Micros silence, Micros elapsed, float* out);

  std::size_t width_;
  std::size_t fading_;
  PlayoutOptions options_;
  double delay_;
  int calm_ = 0;  // samples in a row that needed far less delay

  std::vector<Micros> times_;  // a ring; `newest_` is its youngest entry
  std::vector<float> values_;
  std::size_t newest_ = 0;
  std::size_t count_ = 0;

  Micros position_ = 0;
  Micros lastArrival_ = 0;
  Micros lastAdvance_ = 0;
  bool advanced_ = false;
  bool left_ = false;
  float presence_ = 0;
};

}  // namespace mien
