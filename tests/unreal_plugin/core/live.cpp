// A game against a real sidecar, for the sanitizers: a receiving thread, a game at 60 Hz that uses everything.
//
//   live STATE_PORT EVENTS_PORT GAME_PORT SECONDS
//
// Prints what it saw: frames, behaviors, connections.

#include "MienCore/mien_core.h"

#include <chrono>
#include <cinttypes>
#include <cstdio>
#include <cstdlib>
#include <thread>
#include <vector>

int main(int count, char** arguments) {
  if (count < 5) return 2;
  mien_options options;
  mien_default_options(&options);
  options.state_port = static_cast<uint16_t>(std::atoi(arguments[1]));
  options.events_port = static_cast<uint16_t>(std::atoi(arguments[2]));
  options.game_port = static_cast<uint16_t>(std::atoi(arguments[3]));
  options.hold = 200000;
  options.fade_out = 100000;
  const int64_t end = mien_now() + std::atoi(arguments[4]) * INT64_C(1000000);

  mien_client* const client = mien_create(&options);
  mien_start(client);
  std::vector<float> faces(1024 * MIEN_FACE);
  std::vector<uint32_t> ids(1024);
  uint64_t behaviors = 0;
  float x = 0;
  while (mien_now() < end) {
    mien_update(client, mien_now());
    mien_poses(client, 1024, ids.data(), faces.data(), nullptr, nullptr, nullptr);
    mien_behavior behavior;
    while (mien_next_behavior(client, &behavior) != 0) ++behaviors;
    char line[1200];
    while (mien_next_notice(client, nullptr, line, sizeof(line)) != 0) std::printf("# %s\n", line);
    const float position[3] = {x += 0.01F, 0, 0};
    mien_place(client, 16, position, 0, 1);
    const char* const level = "burning";
    const double value = 0.5;
    mien_object(client, 20, "fire", 1, &level, &value, 1);
    mien_event(client, mien_now(), "tick", 1, 16, 0.5);
    std::this_thread::sleep_for(std::chrono::milliseconds(16));
  }
  mien_statistics statistics;
  mien_get_statistics(client, &statistics);
  std::printf("frames %" PRIu64 " behaviors %" PRIu64 " connections %" PRIu32 " malformed %" PRIu64 " sent %" PRIu64 "\n",
              statistics.frames, behaviors, statistics.state.connections, statistics.malformed,
              statistics.game.messages);
  mien_destroy(client);
  return 0;
}
