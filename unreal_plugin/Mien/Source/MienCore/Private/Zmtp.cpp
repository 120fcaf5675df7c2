#include "MienCore/Zmtp.h"

#include <cstring>

namespace mien {

namespace {

constexpr std::size_t kGreeting = 64;
constexpr std::size_t kSignature = 10;
constexpr std::size_t kMechanism = 20;
constexpr std::uint8_t kMore = 1;
constexpr std::uint8_t kLong = 2;
constexpr std::uint8_t kCommand = 4;
constexpr std::size_t kLongHead = 9;           // flags and a length of eight bytes
constexpr std::size_t kMaxCommand = 4096;      // far more than any handshake says about itself
constexpr std::size_t kMaxContext = 16;        // of a PING
constexpr std::size_t kReceive = 64U << 10U;   // read at least so much at once
constexpr std::size_t kCommandRoom = 1024;     // of the output, kept for PONG
constexpr Micros kTtlUnit = 100 * kMillisecond;

ByteSpan bytesOf(std::string_view text) {
  return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}

bool same(ByteSpan bytes, std::string_view text) {
  return bytes.size == text.size() && std::memcmp(bytes.data, text.data(), text.size()) == 0;
}

ByteSpan from(ByteSpan bytes, std::size_t offset) { return {bytes.data + offset, bytes.size - offset}; }

std::uint64_t bigEndian(const std::uint8_t* bytes, std::size_t size) {
  std::uint64_t number = 0;
  for (std::size_t i = 0; i < size; ++i) number = number << 8 | bytes[i];
  return number;
}

/// Splits off what a length byte announces; false when it is not all there.
bool shortString(ByteSpan& bytes, ByteSpan& text) {
  if (bytes.size == 0 || bytes.size - 1 < bytes.data[0]) return false;
  text = {bytes.data + 1, bytes.data[0]};
  bytes = from(bytes, 1 + text.size);
  return true;
}

}  // namespace

ZmtpSession::ZmtpSession(SocketType type, const ZmtpOptions& options) : type_(type), options_(options) {
  input_.resize(kReceive);
  output_.reserve(kReceive);
}

void ZmtpSession::start(Micros now) {
  state_ = State::Greeting;
  error_ = ZmtpError::None;
  skipping_ = awaiting_ = false;
  inputBegin_ = inputEnd_ = outputBegin_ = 0;
  needed_ = 1;
  discard_ = 0;
  output_.clear();
  started_ = lastReceived_ = lastPing_ = now;

  std::uint8_t greeting[kGreeting] = {};
  greeting[0] = 0xFF;
  greeting[9] = 0x7F;
  greeting[10] = 3;
  greeting[11] = 1;
  std::memcpy(greeting + 12, "NULL", 4);
  append({greeting, kGreeting});
}

MutableBytes ZmtpSession::receiveSpace() {
  if (inputBegin_ == inputEnd_) inputBegin_ = inputEnd_ = 0;
  if (input_.size() - inputEnd_ < kReceive / 2 || input_.size() - inputBegin_ < needed_) {
    if (inputBegin_ > 0) {
      std::memmove(input_.data(), input_.data() + inputBegin_, inputEnd_ - inputBegin_);
      inputEnd_ -= inputBegin_;
      inputBegin_ = 0;
    }
    // Room for the rest of this message and, in the same read, what follows it.
    const std::size_t wanted = (needed_ > inputEnd_ ? needed_ : inputEnd_) + kReceive;
    // And some more, since messages grow a little with the numbers in them, and that shall not allocate again.
    if (input_.size() < wanted) input_.resize(wanted + wanted / 8);
  }
  return {input_.data() + inputEnd_, input_.size() - inputEnd_};
}

void ZmtpSession::received(std::size_t size, Micros now) {
  inputEnd_ += size;
  if (size == 0) return;
  lastReceived_ = now;
  awaiting_ = false;
}

ZmtpSession::Event ZmtpSession::next(ByteSpan& message) {
  for (;;) {
    if (state_ == State::Failed) return Event::Failed;
    if (discard_ > 0 && discardSome()) return Event::Skipped;
    if (inputEnd_ - inputBegin_ < needed_) return Event::None;
    if (state_ == State::Greeting) {
      if (greeting() == Event::Failed) return Event::Failed;
      continue;
    }
    bool again = false;
    const Event event = frame(message, again);
    if (!again) return event;
  }
}

/// Returns whether the last byte of a message that is too long has gone.
bool ZmtpSession::discardSome() {
  const std::size_t there = inputEnd_ - inputBegin_;
  const std::size_t some = there < discard_ ? there : discard_;
  inputBegin_ += some;
  discard_ -= some;
  needed_ = discard_ > 0 ? 1 : 2;
  return discard_ == 0 && !skipping_;
}

/// Checks as much of the greeting as is there, so that a web server is known by its first byte.
ZmtpSession::Event ZmtpSession::greeting() {
  const std::uint8_t* const at = input_.data() + inputBegin_;
  const std::size_t size = inputEnd_ - inputBegin_;
  if (at[0] != 0xFF) return fail(ZmtpError::NotZmtp);
  if (size < kSignature + 1) return needed_ = kSignature + 1, Event::None;
  if ((at[9] & 1U) == 0) return fail(ZmtpError::NotZmtp);
  if (at[10] < 3) return fail(ZmtpError::Version);
  if (size < kGreeting) return needed_ = kGreeting, Event::None;
  peerMinor_ = at[11];
  constexpr char kNull[kMechanism] = "NULL";
  if (std::memcmp(at + 12, kNull, kMechanism) != 0) return fail(ZmtpError::Mechanism);
  inputBegin_ += kGreeting;
  needed_ = 2;
  state_ = State::Handshake;

  const std::string_view type = type_ == SocketType::Sub ? "SUB" : "PUSH";
  std::uint8_t ready[64] = "\5READY\13Socket-Type";
  std::size_t end = 18;
  ready[end + 3] = static_cast<std::uint8_t>(type.size());  // a length of four bytes, big-endian
  std::memcpy(ready + end + 4, type.data(), type.size());
  end += 4 + type.size();
  sendFrame(kCommand, {ready, end}, {});
  return Event::None;
}

ZmtpSession::Event ZmtpSession::frame(ByteSpan& message, bool& again) {
  const std::uint8_t* const at = input_.data() + inputBegin_;
  const std::size_t there = inputEnd_ - inputBegin_;
  const std::uint8_t flags = at[0];
  const bool command = (flags & kCommand) != 0;
  if ((flags & ~(kMore | kLong | kCommand)) != 0 || (command && (flags & kMore) != 0)) {
    return fail(ZmtpError::BadFrame);
  }
  const bool isLong = (flags & kLong) != 0;
  if (isLong && there < kLongHead) return needed_ = kLongHead, Event::None;
  const std::size_t head = isLong ? kLongHead : 2;
  const std::uint64_t length = isLong ? bigEndian(at + 1, 8) : at[1];
  if (length > (command ? kMaxCommand : 2 * options_.maxMessage)) return fail(ZmtpError::TooLong);
  if (!command && length > options_.maxMessage && state_ == State::Ready) {
    skipping_ = (flags & kMore) != 0;
    inputBegin_ += head;
    discard_ = static_cast<std::size_t>(length);
    again = true;
    return Event::None;
  }
  const std::size_t whole = head + static_cast<std::size_t>(length);
  if (there < whole) return needed_ = whole, Event::None;
  inputBegin_ += whole;
  needed_ = 2;
  again = true;
  const ByteSpan body{at + head, static_cast<std::size_t>(length)};
  if (command) return this->command(body);
  if (state_ != State::Ready) return fail(ZmtpError::BadFrame);
  if (type_ == SocketType::Push) return Event::None;  // a PULL has nothing to say
  const bool more = (flags & kMore) != 0;
  const bool part = more || skipping_;
  skipping_ = more;
  if (more) return Event::None;
  again = false;
  if (part) return Event::Skipped;
  message = body;
  return Event::Message;
}

ZmtpSession::Event ZmtpSession::command(ByteSpan body) {
  ByteSpan name;
  if (!shortString(body, name) || name.size == 0) return fail(ZmtpError::BadFrame);
  if (same(name, "ERROR")) return fail(ZmtpError::Refused);
  if (state_ == State::Handshake) {
    return same(name, "READY") ? ready(body) : fail(ZmtpError::BadFrame);
  }
  if (same(name, "PING")) {
    if (body.size < 2 || body.size - 2 > kMaxContext) return fail(ZmtpError::BadFrame);
    sendFrame(kCommand, bytesOf("\4PONG"), from(body, 2));
  }
  // PONG has done its work by arriving. Others are not for us, or newer than we are.
  return Event::None;
}

ZmtpSession::Event ZmtpSession::ready(ByteSpan metadata) {
  bool fits = false;
  while (metadata.size > 0) {
    ByteSpan name;
    if (!shortString(metadata, name) || metadata.size < 4) return fail(ZmtpError::BadFrame);
    const std::uint64_t length = bigEndian(metadata.data, 4);
    metadata = from(metadata, 4);
    if (length > metadata.size) return fail(ZmtpError::BadFrame);
    const ByteSpan value{metadata.data, static_cast<std::size_t>(length)};
    metadata = from(metadata, value.size);
    if (!same(name, "Socket-Type")) continue;
    fits = type_ == SocketType::Sub ? same(value, "PUB") || same(value, "XPUB") : same(value, "PULL");
  }
  if (!fits) return fail(ZmtpError::SocketType);
  state_ = State::Ready;
  for (const std::vector<std::uint8_t>& prefix : subscriptions_) {
    sendSubscription({reinterpret_cast<const char*>(prefix.data()), prefix.size()});
  }
  return Event::None;
}

ZmtpSession::Event ZmtpSession::fail(ZmtpError error) {
  state_ = State::Failed;
  error_ = error;
  return Event::Failed;
}

void ZmtpSession::tick(Micros now) {
  if (state_ == State::Failed) return;
  if (state_ != State::Ready) {
    if (now - started_ >= options_.handshakeTimeout) fail(ZmtpError::HandshakeTimeout);
    return;
  }
  if (awaiting_ && now - firstPing_ >= options_.heartbeatTimeout) {
    fail(ZmtpError::HeartbeatTimeout);
    return;
  }
  if (now - lastReceived_ >= options_.heartbeatInterval && now - lastPing_ >= options_.heartbeatInterval) {
    if (!awaiting_) firstPing_ = now;
    awaiting_ = true;
    lastPing_ = now;
    // After so long without a sign of us the peer may forget us, and need not keep messages for a ghost.
    Micros ttl = (options_.heartbeatInterval + options_.heartbeatTimeout) / kTtlUnit;
    if (ttl > 0xFFFF) ttl = 0xFFFF;
    const std::uint8_t body[2] = {static_cast<std::uint8_t>(ttl >> 8), static_cast<std::uint8_t>(ttl)};
    sendFrame(kCommand, bytesOf("\4PING"), {body, 2});
  }
}

void ZmtpSession::subscribe(std::string_view prefix) {
  subscriptions_.emplace_back(prefix.begin(), prefix.end());
  if (state_ == State::Ready) sendSubscription(prefix);
}

void ZmtpSession::sendSubscription(std::string_view prefix) {
  if (peerMinor_ == 0) {
    sendFrame(0, bytesOf("\1"), bytesOf(prefix));
  } else {
    sendFrame(kCommand, bytesOf("\11SUBSCRIBE"), bytesOf(prefix));
  }
}

bool ZmtpSession::hasRoom(std::size_t size) const {
  return state_ == State::Ready &&
         output_.size() - outputBegin_ + size + kLongHead + kCommandRoom <= options_.maxOutput;
}

bool ZmtpSession::send(ByteSpan message) { return hasRoom(message.size) && sendFrame(0, message, {}); }

bool ZmtpSession::sendFrame(std::uint8_t flags, ByteSpan head, ByteSpan body) {
  const std::size_t length = head.size + body.size;
  if (output_.size() - outputBegin_ + length + kLongHead > options_.maxOutput) return false;
  std::uint8_t start[kLongHead] = {flags, static_cast<std::uint8_t>(length)};
  if (length > 0xFF) {
    start[0] = flags | kLong;
    for (std::size_t i = 0; i < 8; ++i) start[8 - i] = static_cast<std::uint8_t>(std::uint64_t{length} >> (8 * i));
  }
  append({start, length > 0xFF ? kLongHead : 2});
  append(head);
  append(body);
  return true;
}

void ZmtpSession::append(ByteSpan bytes) {
  if (outputBegin_ == output_.size()) {
    output_.clear();
    outputBegin_ = 0;
  } else if (output_.size() + bytes.size > output_.capacity() && outputBegin_ > 0) {
    output_.erase(output_.begin(), output_.begin() + static_cast<std::ptrdiff_t>(outputBegin_));
    outputBegin_ = 0;
  }
  if (bytes.size > 0) output_.insert(output_.end(), bytes.data, bytes.data + bytes.size);
}

ByteSpan ZmtpSession::pendingOutput() const {
  return {output_.data() + outputBegin_, output_.size() - outputBegin_};
}

void ZmtpSession::sent(std::size_t size) { outputBegin_ += size; }

const char* name(ZmtpError error) {
  switch (error) {
    case ZmtpError::None: return "None";
    case ZmtpError::NotZmtp: return "NotZmtp";
    case ZmtpError::Version: return "Version";
    case ZmtpError::Mechanism: return "Mechanism";
    case ZmtpError::SocketType: return "SocketType";
    case ZmtpError::Refused: return "Refused";
    case ZmtpError::BadFrame: return "BadFrame";
    case ZmtpError::TooLong: return "TooLong";
    case ZmtpError::HandshakeTimeout: return "HandshakeTimeout";
    case ZmtpError::HeartbeatTimeout: return "HeartbeatTimeout";
  }
  return "";
}

}  // namespace mien
