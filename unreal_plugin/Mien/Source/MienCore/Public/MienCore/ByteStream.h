#pragma once

#include "MienCore/Export.h"
#include "MienCore/Types.h"

namespace mien {

enum class StreamState : std::uint8_t { Closed, Connecting, Open };

/// A connection that carries bytes, such as a TCP socket. An engine brings its own; `TcpStream` is a plain one.
///
/// One thread uses it. Nothing but `wait` may block. Errors close the stream; what went wrong in detail does
/// not matter to the caller, who will connect again.
class MIENCORE_API ByteStream {
 public:
  virtual ~ByteStream() = default;

  /// Begins to connect, after closing what was there; does not wait for the outcome.
  virtual void open() = 0;
  /// Looks how far connecting got.
  virtual StreamState state() = 0;
  /// Reads what is there, at most `room.size` bytes; 0 when there is nothing now or the stream has closed.
  virtual std::size_t read(MutableBytes room) = 0;
  /// Writes what fits now; 0 when nothing does or the stream has closed.
  virtual std::size_t write(ByteSpan bytes) = 0;
  /// Returns when there is something to read, when connecting ended, or after `timeout`.
  virtual void wait(Micros timeout) = 0;
  virtual void close() = 0;
};

}  // namespace mien
