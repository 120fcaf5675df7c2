#include "MienCore/Playout.h"

#include <algorithm>

namespace mien {

namespace {

constexpr double kExpectile = 0.97;
constexpr double kRate = 0.1;                         // the delay rises within 10 samples, falls within 300
constexpr int kCalm = 100;                            // samples that needed less than half of the delay, in a row:
constexpr double kFall = 0.3;                         // then it falls within 30
constexpr double kFirstDelay = 1.2;                   // intervals
constexpr Micros kSettle = 100 * kMillisecond;        // an error in position is worked off in about this time
constexpr double kMostCorrection = 0.1;               // of real time
constexpr Micros kLongestStep = 100 * kMillisecond;   // a game that was paused goes on where it was
constexpr std::size_t kFewest = 8;
constexpr std::size_t kMost = 64;

std::size_t capacityFor(Micros interval, Micros maxDelay) {
  const auto samples = static_cast<std::size_t>(maxDelay / std::max<Micros>(interval, 1)) + 3;
  return std::clamp(samples, kFewest, kMost);
}

float smoothstep(float x) { return x * x * (3 - 2 * x); }

}  // namespace

Playout::Playout(std::size_t width, std::size_t fading, Micros interval, const PlayoutOptions& options)
    : width_(width),
      fading_(fading),
      options_(options),
      delay_(std::clamp(kFirstDelay * static_cast<double>(interval), static_cast<double>(options.minDelay),
                        static_cast<double>(options.maxDelay))),
      times_(capacityFor(interval, options.maxDelay)),
      values_(times_.size() * width) {}

Playout::Arrival Playout::push(Micros t, Micros arrival, Micros arrivalAtSender, float*& sample) {
  sample = nullptr;
  if (count_ > 0) {
    if (t == timeAt(0)) return Arrival::Duplicate;
    if (t < timeAt(0)) return Arrival::Late;
    adapt(arrivalAtSender - timeAt(0));
  } else {
    position_ = t;
  }
  newest_ = (newest_ + 1) % times_.size();
  count_ = std::min(count_ + 1, times_.size());
  times_[newest_] = t;
  lastArrival_ = arrival;
  left_ = false;
  sample = values_.data() + newest_ * width_;
  return Arrival::Taken;
}

/// Until this sample came, the newest was the one before it: with at least this delay, it was not yet reached.
void Playout::adapt(Micros required) {
  if (required > 2 * options_.maxDelay) return;  // a gap; no delay would have bridged it
  const double error = static_cast<double>(required) - delay_;
  // That is no luck: the sender sends more often again, as for a character that has come near.
  calm_ = error < -delay_ / 2 ? calm_ + 1 : 0;
  const double fall = calm_ > kCalm ? kFall : 1 - kExpectile;
  delay_ += kRate * (error > 0 ? kExpectile : fall) * error;
  delay_ = std::clamp(delay_, static_cast<double>(options_.minDelay), static_cast<double>(options_.maxDelay));
}

void Playout::advance(Micros now, Micros nowAtSender, Micros heard, float* out) {
  if (count_ == 0) {
    std::fill(out, out + width_, 0.0F);
    return;
  }
  const Micros elapsed = advanced_ ? std::clamp<Micros>(now - lastAdvance_, 0, kLongestStep) : 0;
  lastAdvance_ = now;
  advanced_ = true;
  move(elapsed, nowAtSender);
  interpolate(out);
  fade(now - std::max(lastArrival_, heard), elapsed, out);
}

void Playout::move(Micros elapsed, Micros nowAtSender) {
  const double error = static_cast<double>(nowAtSender - position_ - elapsed) - delay_;
  double correction = error / static_cast<double>(kSettle);
  if (error <= static_cast<double>(options_.maxDelay)) {
    correction = std::clamp(correction, -kMostCorrection, kMostCorrection);
  }
  // However long the sender was silent, one step goes no further than to where it should be.
  const double step = std::min(static_cast<double>(elapsed) * (1 + correction),
                               std::max(error, 0.0) + static_cast<double>(elapsed));
  position_ = std::clamp(position_ + static_cast<Micros>(step), timeAt(count_ - 1), timeAt(0));
}

void Playout::interpolate(float* out) const {
  std::size_t age = 0;
  while (age + 1 < count_ && timeAt(age) > position_) ++age;
  const float* const before = valuesAt(age);
  if (age == 0 || timeAt(age) >= position_) {
    std::copy(before, before + width_, out);
    return;
  }
  const float* const after = valuesAt(age - 1);
  const auto passed = static_cast<double>(position_ - timeAt(age));
  const auto share = static_cast<float>(passed / static_cast<double>(timeAt(age - 1) - timeAt(age)));
  for (std::size_t i = 0; i < width_; ++i) out[i] = before[i] + share * (after[i] - before[i]);
}

void Playout::fade(Micros silence, Micros elapsed, float* out) {
  const bool here = !left_ && silence < options_.hold;
  const Micros duration = std::max<Micros>(here ? options_.fadeIn : options_.fadeOut, 1);
  const float change = static_cast<float>(elapsed) / static_cast<float>(duration);
  presence_ = std::clamp(presence_ + (here ? change : -change), 0.0F, 1.0F);
  if (presence_ == 1) return;
  const float weight = smoothstep(presence_);
  for (std::size_t i = fading_; i < width_; ++i) out[i] *= weight;
}

}  // namespace mien
