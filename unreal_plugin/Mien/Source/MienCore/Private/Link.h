#pragma once

#include "MienCore/Client.h"
#include "MienCore/MessageQueue.h"

#include <atomic>

namespace mien {

/// A number that the receiving thread counts and the game reads.
class Counter {
 public:
  void add() { count_.store(count_.load(std::memory_order_relaxed) + 1, std::memory_order_relaxed); }
  void set(std::uint64_t count) { count_.store(count, std::memory_order_relaxed); }
  std::uint64_t get() const { return count_.load(std::memory_order_relaxed); }

 private:
  std::atomic<std::uint64_t> count_{0};
};

/// One channel: its connection, its queue between the threads, and what is counted about it.
class Link {
 public:
  Link(ByteStream& stream, SocketType type, const ConnectionOptions& options, std::size_t capacity,
       std::size_t maxBytes)
      : connection(stream, type, options), queue(capacity, maxBytes) {}

  /// Receiving thread: lets the game see how the connection fares.
  void publish() {
    connected.set(connection.ready() ? 1 : 0);
    connections.set(connection.connections());
    failures.set(connection.failures());
    linkError.set(static_cast<std::uint64_t>(connection.linkError()));
    zmtpError.set(static_cast<std::uint64_t>(connection.zmtpError()));
  }

  ChannelStatistics statistics() const {
    ChannelStatistics statistics;
    statistics.connected = connected.get() != 0;
    statistics.connections = static_cast<std::uint32_t>(connections.get());
    statistics.failures = static_cast<std::uint32_t>(failures.get());
    statistics.linkError = static_cast<LinkError>(linkError.get());
    statistics.zmtpError = static_cast<ZmtpError>(zmtpError.get());
    statistics.messages = messages.get();
    statistics.dropped = dropped.get();
    statistics.skipped = skipped.get();
    return statistics;
  }

  Connection connection;
  MessageQueue queue;
  Counter connected, connections, failures, linkError, zmtpError, messages, dropped, skipped;
};

}  // namespace mien
