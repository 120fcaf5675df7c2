#pragma once

#include "MienCore/Export.h"
#include "MienCore/Types.h"

#include <cstdint>
#include <string_view>
#include <vector>

/// ZMTP 3.1, the wire protocol of ZeroMQ (https://rfc.zeromq.org/spec/37), from the client's side: NULL mechanism,
/// socket types SUB and PUSH. Speaks 3.0 to a peer that knows no more.
namespace mien {

enum class SocketType : std::uint8_t { Sub, Push };

/// Why a connection was given up.
enum class ZmtpError : std::uint8_t {
  None,
  NotZmtp,           ///< something else listens there
  Version,           ///< ZMTP before 3.0
  Mechanism,         ///< the peer wants authentication or encryption
  SocketType,        ///< the peer is not the PUB or PULL that this socket needs
  Refused,           ///< the peer said ERROR
  BadFrame,          ///< reserved flags, or a command that is none
  TooLong,           ///< a frame more than twice as long as `ZmtpOptions::maxMessage` was announced
  HandshakeTimeout,  ///< connected, but silent
  HeartbeatTimeout,  ///< was there, and fell silent
};

struct ZmtpOptions {
  std::size_t maxMessage = 64U << 20U;    ///< bytes of one message that comes in; longer ones are skipped
  std::size_t maxOutput = 1U << 20U;      ///< bytes that wait to go out
  Micros handshakeTimeout = 2 * kSecond;  ///< from connecting to the peer's READY
  Micros heartbeatInterval = kSecond;     ///< PING after so long without traffic
  Micros heartbeatTimeout = 9 * kSecond;  ///< silence after a PING until the peer is given up
};

/// One connection's protocol as a state machine without input or output of its own: the caller moves bytes from
/// the stream into `receiveSpace` and from `pendingOutput` to the stream, and passes in the time.
///
/// Memory: what one message needs, at most `maxMessage`, and `maxOutput`; both are kept and reused.
class MIENCORE_API ZmtpSession {
 public:
  enum class State : std::uint8_t { Greeting, Handshake, Ready, Failed };
  enum class Event : std::uint8_t {
    None,     ///< feed more bytes
    Message,  ///< a message came
    Skipped,  ///< a message came that is too long or in several parts, which this protocol does not use
    Failed,   ///< see `error`; close the stream
  };

  ZmtpSession(SocketType type, const ZmtpOptions& options);

  /// Starts anew on a stream that has just connected.
  void start(Micros now);

  /// Where to put the next bytes from the stream, and how many came.
  MutableBytes receiveSpace();
  void received(std::size_t size, Micros now);
  /// Takes the next thing from the bytes received; call until `None` or `Failed`. `message` is valid until the
  /// next call of `receiveSpace`.
  Event next(ByteSpan& message);

  /// Sends PING when due and gives up a silent peer; call about every 10 ms.
  void tick(Micros now);

  /// Adds a subscription to messages that begin with `prefix`; kept for the next `start`.
  void subscribe(std::string_view prefix);
  /// Queues a message whole; false when not `Ready` or when `maxOutput` is reached.
  bool send(ByteSpan message);
  /// Whether `send` would take a message of so many bytes.
  bool hasRoom(std::size_t size) const;

  /// Bytes to write to the stream, and how many of them went.
  ByteSpan pendingOutput() const;
  void sent(std::size_t size);

  State state() const { return state_; }
  ZmtpError error() const { return error_; }

 private:
  bool discardSome();
  Event greeting();
  Event frame(ByteSpan& message, bool& again);
  Event command(ByteSpan body);
  Event ready(ByteSpan metadata);
  Event fail(ZmtpError error);
  void sendSubscription(std::string_view prefix);
  bool sendFrame(std::uint8_t flags, ByteSpan head, ByteSpan body);
  void append(ByteSpan bytes);

  const SocketType type_;
  const ZmtpOptions options_;
  State state_ = State::Failed;
  ZmtpError error_ = ZmtpError::None;
  std::uint8_t peerMinor_ = 0;
  bool skipping_ = false;  // inside a message of several parts
  std::vector<std::vector<std::uint8_t>> subscriptions_;

  std::vector<std::uint8_t> input_;  // bytes [inputBegin_, inputEnd_) wait to be parsed
  std::size_t inputBegin_ = 0;
  std::size_t inputEnd_ = 0;
  std::size_t needed_ = 0;   // of them for the next step
  std::size_t discard_ = 0;  // of a message that is too long are still to come

  std::vector<std::uint8_t> output_;  // bytes [outputBegin_, end) wait to be written
  std::size_t outputBegin_ = 0;

  Micros started_ = 0;
  Micros lastReceived_ = 0;
  Micros lastPing_ = 0;
  Micros firstPing_ = 0;  // that nothing has answered, if `awaiting_`
  bool awaiting_ = false;
};

/// One word, such as "NotZmtp", for a log.
MIENCORE_API const char* name(ZmtpError error);

}  // namespace mien
