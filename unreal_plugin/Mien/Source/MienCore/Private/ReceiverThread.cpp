#include "MienCore/ReceiverThread.h"

#include <chrono>

namespace mien {

Micros monotonicNow() {
  const auto since = std::chrono::steady_clock::now().time_since_epoch();
  return std::chrono::duration_cast<std::chrono::microseconds>(since).count();
}

ReceiverThread::ReceiverThread(Client& client)
    : client_(client), thread_([this] {
        while (!stop_.load(std::memory_order_relaxed)) {
          client_.receive(monotonicNow());
          client_.wait(kWait);
        }
      }) {}

ReceiverThread::~ReceiverThread() {
  stop_.store(true, std::memory_order_relaxed);
  thread_.join();
}

}  // namespace mien
