#include "MienCore/MessageQueue.h"

#include <cstring>

namespace mien {

bool MessageQueue::push(const Message& message) {
  const std::size_t at = pushed_.load(std::memory_order_relaxed);
  if (at - popped_.load(std::memory_order_acquire) == slots_.size()) return false;
  Slot& slot = slots_[at % slots_.size()];
  if (slot.bytes.size() < message.bytes.size) {
    // Some more, since the numbers in a message grow longer with time, and that shall not allocate again.
    const std::size_t size = message.bytes.size + message.bytes.size / 8 + 64;
    const std::size_t more = size - slot.bytes.size();
    if (bytes_ + more > maxBytes_) return false;
    slot.bytes.resize(size);
    bytes_ += more;
  }
  if (message.bytes.size > 0) std::memcpy(slot.bytes.data(), message.bytes.data, message.bytes.size);
  slot.size = message.bytes.size;
  slot.time = message.time;
  slot.stream = message.stream;
  pushed_.store(at + 1, std::memory_order_release);
  return true;
}

bool MessageQueue::front(Message& message) const {
  const std::size_t at = popped_.load(std::memory_order_relaxed);
  if (at == pushed_.load(std::memory_order_acquire)) return false;
  const Slot& slot = slots_[at % slots_.size()];
  message = {{slot.bytes.data(), slot.size}, slot.time, slot.stream};
  return true;
}

void MessageQueue::pop() { popped_.fetch_add(1, std::memory_order_release); }

}  // namespace mien
