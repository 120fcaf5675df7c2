// Plays 1000 frames through a whole client, in the middle of which nothing may be allocated: from the stream's bytes
// to the poses, and from the game's reports to the stream.

#include "sidecar.h"

#include "MienCore/Client.h"

#include <cstdio>
#include <cstdlib>
#include <new>

namespace {

long allocations = 0;

/// What a sidecar says, prepared; each step lets the client read up to the next mark.
class Tape final : public mien::ByteStream {
 public:
  explicit Tape(sidecar::Bytes recorded) : recorded_(std::move(recorded)) {}

  void allow(std::size_t until) { until_ = std::min(until, recorded_.size()); }
  void open() override { open_ = true; }
  mien::StreamState state() override { return open_ ? mien::StreamState::Open : mien::StreamState::Closed; }
  std::size_t read(mien::MutableBytes room) override {
    const std::size_t size = std::min(room.size, until_ - at_);
    std::copy_n(recorded_.begin() + static_cast<std::ptrdiff_t>(at_), size, room.data);
    at_ += size;
    return size;
  }
  std::size_t write(mien::ByteSpan bytes) override {
    written += bytes.size;
    return bytes.size;
  }
  void wait(mien::Micros) override {}
  void close() override { open_ = false; }

  std::size_t written = 0;

 private:
  sidecar::Bytes recorded_;
  std::size_t at_ = 0;
  std::size_t until_ = 0;
  bool open_ = false;
};

}  // namespace

void* operator new(std::size_t size) {
  ++allocations;
  void* const memory = std::malloc(size > 0 ? size : 1);
  if (memory == nullptr) std::abort();
  return memory;
}
void operator delete(void* memory) noexcept { std::free(memory); }
void operator delete(void* memory, std::size_t) noexcept { std::free(memory); }

int main() {
  using sidecar::operator+;
  constexpr int kFrames = 1200;
  constexpr int kWarm = 200;
  constexpr mien::Micros kTick = mien::kSecond / 60;
  sidecar::Hello hello;
  hello.ids.clear();
  hello.names.clear();
  for (std::uint32_t i = 0; i < 50; ++i) {
    hello.ids.push_back(16 + i);
    hello.names.push_back("character " + std::to_string(i));
  }
  sidecar::Bytes said = sidecar::handshake() + sidecar::message(encode(hello));
  std::vector<std::size_t> marks;
  for (int i = 0; i < kFrames; ++i) {
    sidecar::Face face;
    face.t = mien::kSecond + i * kTick;
    face.seq = static_cast<std::uint64_t>(i) + 1;
    face.ids = hello.ids;
    const sidecar::Bytes bytes = sidecar::message(encode(face));
    said.insert(said.end(), bytes.begin(), bytes.end());
    marks.push_back(said.size());
  }
  const sidecar::Bytes events = sidecar::handshake("PUB") + sidecar::message(sidecar::encodeBehavior("wave"));

  Tape state(std::move(said));
  Tape eventTape(events);
  Tape game(sidecar::handshake("PULL"));
  eventTape.allow(~std::size_t{0});
  game.allow(~std::size_t{0});
  mien::ClientOptions options;
  options.twoThreads = true;
  options.connection.zmtp.heartbeatTimeout = 3600 * mien::kSecond;
  mien::Client client(state, eventTape, game, options);
  long before = 0;
  for (int i = 0; i < kFrames; ++i) {
    if (i == kWarm) before = allocations;
    const mien::Micros now = mien::kSecond + i * kTick + 500;
    state.allow(marks[static_cast<std::size_t>(i)]);
    client.receive(now);
    mien::Place place;
    place.id = 16;
    place.position[0] = static_cast<float>(i);
    client.place(place);
    const mien::Level burning = {"burning", static_cast<double>(i % 2)};
    client.object(20, "fire", true, &burning, 1);
    client.event(now, "tick", 1, 16, 0.5);
    client.update(now);
    mien::BehaviorEvent behavior;
    while (client.nextBehavior(behavior)) {
    }
  }
  const long during = allocations - before;
  const mien::ClientStatistics seen = client.statistics();
  const bool played = seen.cast.frames == kFrames && seen.world.messages > kFrames && game.written > 100000;
  std::printf("%d frames, %ld allocations%s\n", kFrames - kWarm, during, played ? "" : ", but not played");
  return during == 0 && played ? EXIT_SUCCESS : EXIT_FAILURE;
}
