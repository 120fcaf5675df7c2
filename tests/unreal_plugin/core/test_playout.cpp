#include "check.h"

#include "MienCore/Playout.h"
#include "MienCore/SenderClock.h"

#include <algorithm>
#include <cmath>
#include <random>
#include <vector>

using namespace mien;

namespace {

constexpr Micros kTick = kSecond / 60;

/// A sender at 60 Hz over a line with delay and loss, and a game at its own rate; all simulated.
struct Simulation {
  double jitter = 0;            // most ms of extra delay, uniform
  double loss = 0;              // share of frames that never come
  Micros offset = 0;            // our clock minus the sender's
  double drift = 0;             // of our clock against the sender's, parts per million
  Micros frame = kTick;         // the game's
  Micros senderTick = kTick;
  Micros length = 20 * kSecond;

  // results, in which the first 200 ms fade in and do not count
  double largestStep = 0;       // of one value between two frames of the game
  double senderStep = 0;        // between two ticks of the sender
  std::vector<double> ages;     // ms
  int late = 0;
  Micros delay = 0;

  static float signal(Micros t) { return static_cast<float>(0.5 + 0.5 * std::sin(static_cast<double>(t) * 12e-6)); }

  void run() {
    std::mt19937 random(7);
    std::uniform_real_distribution<double> uniform(0, 1);
    struct Arriving {
      Micros at, t;
    };
    std::vector<Arriving> arriving;
    for (Micros t = 0; t < length; t += senderTick) {
      senderStep = std::max(senderStep, static_cast<double>(std::abs(signal(t + senderTick) - signal(t))));
      const Micros sent = t + offset + static_cast<Micros>(static_cast<double>(t) * drift * 1e-6);
      if (uniform(random) >= loss) arriving.push_back({sent + 300 + static_cast<Micros>(uniform(random) * jitter * 1000), t});
    }
    std::sort(arriving.begin(), arriving.end(), [](const Arriving& a, const Arriving& b) { return a.at < b.at; });

    SenderClock clock;
    Playout playout(1, 0, senderTick, PlayoutOptions());
    std::size_t next = 0;
    float before = 0;
    int frames = 0;
    for (Micros now = offset; now < offset + length; now += frame, ++frames) {
      for (; next < arriving.size() && arriving[next].at <= now; ++next) {
        float* sample = nullptr;
        clock.observe(arriving[next].t, arriving[next].at);
        if (playout.push(arriving[next].t, arriving[next].at, clock.toSender(arriving[next].at), sample) ==
            Playout::Arrival::Taken) {
          *sample = signal(arriving[next].t);
        } else {
          ++late;
        }
      }
      float value = 0;
      playout.advance(now, clock.toSender(now), 0, &value);
      if (now - offset > kSecond) {
        largestStep = std::max(largestStep, static_cast<double>(std::abs(value - before)));
        ages.push_back(static_cast<double>(clock.toSender(now) - playout.position()) / 1000);
      }
      before = value;
    }
    delay = playout.delay();
  }
  double medianAge() {
    std::sort(ages.begin(), ages.end());
    return ages[ages.size() / 2];
  }
};

TEST_CASE("playout: on a steady line it is little more than one tick behind") {
  Simulation line;
  line.run();
  CHECK(line.medianAge() < 1.25 * 1000 / 60);
  CHECK(line.largestStep <= 1.05 * line.senderStep);
  CHECK(line.late == 0);
}

TEST_CASE("playout: with 20 ms of jitter and 5 % loss no step is larger than 1.2 times the sender's") {
  Simulation line;
  line.jitter = 20;
  line.loss = 0.05;
  line.run();
  std::printf("       largest step %.3f of the sender's, age %.1f ms, delay %.1f ms, late %d\n",
              line.largestStep / line.senderStep, line.medianAge(), static_cast<double>(line.delay) / 1000, line.late);
  CHECK(line.largestStep <= 1.2 * line.senderStep);
  CHECK(line.late > 0);  // jitter longer than a tick also reorders
}

TEST_CASE("playout: likewise with any clock, drift and rates of game and sender") {
  for (const Micros frame : {kSecond / 30, kSecond / 60, kSecond / 144}) {
    for (const Micros tick : {kSecond / 30, kSecond / 60, kSecond / 100}) {
      Simulation line;
      line.jitter = 20;
      line.loss = 0.05;
      line.offset = 12345 * kSecond;
      line.drift = 200;
      line.frame = frame;
      line.senderTick = tick;
      line.run();
      const double perFrame = static_cast<double>(frame) / static_cast<double>(tick);
      CHECK(line.largestStep <= 1.2 * line.senderStep * std::max(perFrame, 0.01));
    }
  }
}

TEST_CASE("playout: stays smooth for a character that is sent ten times a second") {
  Simulation line;
  line.senderTick = 100 * kMillisecond;
  line.run();
  const double perFrame = static_cast<double>(kTick) / static_cast<double>(line.senderTick);
  CHECK(line.largestStep <= 1.2 * line.senderStep * perFrame);
  CHECK(line.delay > 95 * kMillisecond);
}

TEST_CASE("playout: a character that was far and is near again lags no longer within a few seconds, without a leap") {
  Playout playout(1, 0, kTick, PlayoutOptions());
  double largest = 0;
  float before = 0;
  Micros delayWhenNear = 0;
  for (int tick = 0; tick < 900; ++tick) {
    const Micros now = tick * kTick;
    const bool far = tick < 450;
    float* sample = nullptr;
    if ((!far || tick % 15 == 0) && playout.push(now, now, now, sample) == Playout::Arrival::Taken) {
      *sample = Simulation::signal(now);
    }
    float value = 0;
    playout.advance(now, now, now, &value);
    if (tick > 120) largest = std::max(largest, static_cast<double>(std::abs(value - before)));
    before = value;
    if (tick == 449) delayWhenNear = playout.delay();
    if (tick == 450 + 5 * 60) {
      CHECK(playout.delay() < 40 * kMillisecond);
      CHECK(now - playout.position() < 60 * kMillisecond);
    }
  }
  CHECK(delayWhenNear > 200 * kMillisecond);
  CHECK(largest <= 1.2 * 12e-6 * 0.5 * static_cast<double>(kTick));  // the signal's steepest slope is half of 12 a second
}

struct Player {
  Player() : playout(2, 1, kTick, PlayoutOptions()) {}
  void push(Micros t, float value) {
    float* sample = nullptr;
    last = playout.push(t, t, t, sample);
    if (sample != nullptr) sample[0] = sample[1] = value;
  }
  void steady(Micros until, float value) {
    for (; now < until; now += kTick) {
      push(now, value);
      playout.advance(now, now, 0, out);
    }
  }
  void silence(Micros until) {
    for (; now < until; now += kTick) playout.advance(now, now, 0, out);
  }
  Playout playout;
  Playout::Arrival last = Playout::Arrival::Taken;
  float out[2] = {0, 0};
  Micros now = 0;
};

TEST_CASE("playout: shows nothing before the first sample, then fades in") {
  Player player;
  player.playout.advance(0, 0, 0, player.out);
  CHECK(player.out[0] == 0);
  player.steady(100 * kMillisecond, 1);
  CHECK(player.out[0] == 1);
  CHECK(player.out[1] > 0.2F);
  CHECK(player.out[1] < 0.8F);
  player.steady(300 * kMillisecond, 1);
  CHECK(player.out[1] == 1);
}

TEST_CASE("playout: holds the last pose for a second, then fades to neutral within another; the rest stays") {
  Player player;
  player.steady(kSecond, 1);
  player.silence(kSecond + 980 * kMillisecond);
  CHECK(player.out[1] == 1);
  player.silence(kSecond + 1500 * kMillisecond);
  CHECK(player.out[1] > 0.3F);
  CHECK(player.out[1] < 0.7F);
  player.silence(kSecond + 2100 * kMillisecond);
  CHECK(player.out[1] == 0);
  CHECK(player.out[0] == 1);
  CHECK(player.playout.presence() == 0);
  player.steady(player.now + 300 * kMillisecond, 1);
  CHECK(player.out[1] == 1);
}

TEST_CASE("playout: fades without holding when the character has left") {
  Player player;
  player.steady(kSecond, 1);
  player.playout.leave();
  player.silence(kSecond + 500 * kMillisecond);
  CHECK(player.out[1] < 0.7F);
}

TEST_CASE("playout: drops samples that are late or seen before") {
  Player player;
  player.push(100, 1);
  player.push(100, 2);
  CHECK(player.last == Playout::Arrival::Duplicate);
  player.push(99, 2);
  CHECK(player.last == Playout::Arrival::Late);
  player.push(101, 2);
  CHECK(player.last == Playout::Arrival::Taken);
}

TEST_CASE("playout: after a gap it passes through the poses in between instead of jumping") {
  Player player;
  player.steady(kSecond, 0);
  player.silence(kSecond + 400 * kMillisecond);
  float largest = 0;
  for (const Micros until = player.now + kSecond; player.now < until; player.now += kTick) {
    player.push(player.now, 1);
    const float before = player.out[0];
    player.playout.advance(player.now, player.now, 0, player.out);
    largest = std::max(largest, player.out[0] - before);
  }
  CHECK(player.out[0] == 1);
  CHECK(largest < 0.4F);
}

TEST_CASE("playout: a game that was paused for a minute shows the present pose in its first frame") {
  Player player;
  player.steady(kSecond, 0.25F);
  const Micros resumed = kSecond + 60 * kSecond;
  for (Micros t = player.now; t < resumed; t += kTick) player.push(t, 0.75F);  // came meanwhile
  player.playout.advance(resumed, resumed, 0, player.out);
  CHECK(player.out[0] == 0.75F);
  CHECK(player.out[1] == 0.75F);
}

TEST_CASE("playout: a game that was paused and got nothing goes on where it was, then fades as always") {
  Player player;
  player.steady(kSecond, 1);
  const Micros resumed = kSecond + 60 * kSecond;
  player.playout.advance(resumed, resumed, 0, player.out);
  CHECK(player.out[1] > 0.9F);
}

TEST_CASE("playout: a clock that goes backwards moves nothing backwards") {
  Player player;
  player.steady(kSecond, 1);
  const Micros position = player.playout.position();
  player.playout.advance(0, 0, 0, player.out);
  CHECK(player.playout.position() >= position);
  CHECK(player.out[1] == 1);
}

TEST_CASE("sender clock: takes the offset from the fastest arrival and is not moved by slow ones") {
  SenderClock clock;
  for (int i = 0; i < 300; ++i) clock.observe(i * kTick, i * kTick + 5000 + (i % 7 == 3 ? 200 : 20000));
  CHECK(clock.offset() == 5200);
  CHECK(clock.toSender(10000) == 4800);
}

TEST_CASE("sender clock: follows drift within a millisecond of 100 ppm") {
  SenderClock clock;
  Micros worst = 0;
  for (Micros t = 0; t < 600 * kSecond; t += kTick) {
    const Micros arrival = t + t / 10000 + 300;
    clock.observe(t, arrival);
    worst = std::max(worst, arrival - t - clock.offset());
  }
  CHECK(worst <= 1010);
}

TEST_CASE("sender clock: survives times at the limits") {
  SenderClock clock;
  clock.observe(kLatest, 0);
  clock.observe(0, kLatest);
  CHECK(clock.toSender(kLatest) >= 0);
}

}  // namespace
