#include "MienCore/SenderClock.h"

namespace mien {

void SenderClock::observe(Micros t, Micros arrival) {
  const Micros difference = arrival - t;
  const Micros number = arrival / kBucket;
  Bucket& bucket = buckets_[(number % kBuckets + kBuckets) % kBuckets];
  if (bucket.number != number) {
    bucket = {number, difference};
  } else if (difference < bucket.least) {
    bucket.least = difference;
  }
  offset_ = bucket.least;
  for (const Bucket& other : buckets_) {
    const bool recent = other.number > number - kBuckets && other.number <= number;
    if (recent && other.least < offset_) offset_ = other.least;
  }
  known_ = true;
}

}  // namespace mien
