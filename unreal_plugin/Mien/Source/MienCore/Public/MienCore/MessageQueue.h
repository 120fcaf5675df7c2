#pragma once

#include "MienCore/Export.h"
#include "MienCore/Types.h"

#include <atomic>
#include <cstdint>
#include <vector>

namespace mien {

/// Hands messages from one thread to one other, without locks: a ring of buffers that grow to the largest message
/// and stay. When the consumer is away the ring fills, and the producer learns that from `push`.
class MIENCORE_API MessageQueue {
 public:
  struct Message {
    ByteSpan bytes;
    Micros time = 0;            ///< of arrival, or of being sent
    std::uint32_t stream = 0;   ///< number of the connection that it came over
  };

  /// Holds at most so many messages, in buffers of at most so many bytes together.
  MessageQueue(std::size_t capacity, std::size_t maxBytes) : slots_(capacity), maxBytes_(maxBytes) {}

  /// Producer: copies a message in; false when full.
  bool push(const Message& message);
  /// Consumer: the oldest message, valid until `pop`; false when empty.
  bool front(Message& message) const;
  /// Consumer: removes the oldest message, which `front` has shown.
  void pop();

 private:
  struct Slot {
    std::vector<std::uint8_t> bytes;
    std::size_t size = 0;
    Micros time = 0;
    std::uint32_t stream = 0;
  };

  std::vector<Slot> slots_;
  const std::size_t maxBytes_;
  std::size_t bytes_ = 0;  // of all slots' buffers; the producer's
  // On cache lines of their own: the threads would otherwise steal each other's.
  alignas(64) std::atomic<std::size_t> pushed_{0};
  alignas(64) std::atomic<std::size_t> popped_{0};
};

}  // namespace mien
