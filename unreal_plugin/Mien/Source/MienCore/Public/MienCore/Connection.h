#pragma once

#include "MienCore/ByteStream.h"
#include "MienCore/Export.h"
#include "MienCore/Zmtp.h"

namespace mien {

/// Takes the messages of a connection; the bytes are valid during the call only.
class MIENCORE_API MessageSink {
 public:
  virtual ~MessageSink() = default;
  virtual void onMessage(ByteSpan message, Micros arrival) = 0;
  /// A message that the protocol does not use (several parts) was skipped.
  virtual void onSkipped() = 0;
};

struct ConnectionOptions {
  ZmtpOptions zmtp;
  Micros connectTimeout = 2 * kSecond;
  Micros firstBackOff = 100 * kMillisecond;  ///< doubles with every failure
  Micros lastBackOff = 2 * kSecond;
  Micros settled = 2 * kSecond;              ///< a connection that held so long makes the back-off short again
};

/// Why a connection ended or never was; `Zmtp`: see `zmtpError`.
enum class LinkError : std::uint8_t { None, NobodyListens, Closed, Zmtp };

/// Keeps one ZeroMQ socket connected over a byte stream: connects, speaks ZMTP, gives up, backs off, connects
/// again. `step` never blocks.
class MIENCORE_API Connection {
 public:
  /// `stream` outlives the connection.
  Connection(ByteStream& stream, SocketType type, const ConnectionOptions& options);

  /// Does what can be done now: connects, reads at most about 8 MiB, hands messages to `sink`, writes.
  void step(Micros now, MessageSink& sink);
  /// Waits for bytes to read, at most `timeout`; while there is no connection, the whole of it.
  void wait(Micros timeout) { stream_.wait(timeout); }
  /// Closes the stream; the next `step` connects anew, after the back-off.
  void close(Micros now);

  void subscribe(std::string_view prefix) { session_.subscribe(prefix); }
  bool send(ByteSpan message) { return session_.send(message); }
  bool hasRoom(std::size_t size) const { return session_.hasRoom(size); }

  bool ready() const { return open_ && session_.state() == ZmtpSession::State::Ready; }
  /// How often it became ready: one more than it was connected again.
  std::uint32_t connections() const { return connections_; }
  /// How often an attempt or a connection failed, and why the last time.
  std::uint32_t failures() const { return failures_; }
  LinkError linkError() const { return linkError_; }
  ZmtpError zmtpError() const { return zmtpError_; }

 private:
  void begin(Micros now);
  void count(Micros now);
  void read(Micros now, MessageSink& sink);
  void write();
  void fail(Micros now, LinkError error);

  ByteStream& stream_;
  const ConnectionOptions options_;
  ZmtpSession session_;
  bool attempted_ = false;  // the stream is connecting or open
  bool open_ = false;       // the stream is open and the session started
  bool counted_ = false;    // this connection is in `connections_`
  Micros since_ = 0;        // of the attempt, then of being ready
  Micros nextAttempt_ = 0;
  Micros backOff_;
  std::uint32_t connections_ = 0;
  std::uint32_t failures_ = 0;
  LinkError linkError_ = LinkError::None;
  ZmtpError zmtpError_ = ZmtpError::None;
};

}  // namespace mien
