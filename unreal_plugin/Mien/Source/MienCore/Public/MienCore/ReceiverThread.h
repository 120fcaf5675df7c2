#pragma once

#include "MienCore/Client.h"

#include <atomic>
#include <thread>

namespace mien {

/// This process's monotonic clock: the one to pass to a client that has a `ReceiverThread`.
MIENCORE_API Micros monotonicNow();

/// Runs a client's receiving half on a thread of its own; stops within some 10 ms. Engines with threads of their
/// own, such as Unreal, run the same loop there.
class MIENCORE_API ReceiverThread {
 public:
  /// `client` has `ClientOptions::twoThreads` and outlives the thread.
  explicit ReceiverThread(Client& client);
  ~ReceiverThread();
  ReceiverThread(const ReceiverThread&) = delete;
  ReceiverThread& operator=(const ReceiverThread&) = delete;

 private:
  /// Frames wake the thread at once; the other channels wait at most so long.
  static constexpr Micros kWait = 5 * kMillisecond;

  Client& client_;
  std::atomic<bool> stop_{false};
  std::thread thread_;
};

}  // namespace mien
