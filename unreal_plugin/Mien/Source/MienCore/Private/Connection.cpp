#include "MienCore/Connection.h"

namespace mien {

namespace {

/// Bytes read in one step: a reader that was away catches up fast, and yet returns.
constexpr std::size_t kReadAtOnce = 8U << 20U;

}  // namespace

Connection::Connection(ByteStream& stream, SocketType type, const ConnectionOptions& options)
    : stream_(stream), options_(options), session_(type, options.zmtp), backOff_(options.firstBackOff) {}

void Connection::step(Micros now, MessageSink& sink) {
  if (!attempted_) {
    if (now < nextAttempt_) return;
    attempted_ = true;
    since_ = now;
    stream_.open();
  }
  const StreamState state = stream_.state();
  if (state == StreamState::Closed) return fail(now, open_ ? LinkError::Closed : LinkError::NobodyListens);
  if (state == StreamState::Connecting) {
    if (now - since_ >= options_.connectTimeout) fail(now, LinkError::NobodyListens);
    return;
  }
  if (!open_) begin(now);
  read(now, sink);
  session_.tick(now);
  if (session_.state() == ZmtpSession::State::Failed) return fail(now, LinkError::Zmtp);
  count(now);
  if (counted_ && now - since_ >= options_.settled) backOff_ = options_.firstBackOff;
  write();
}

void Connection::begin(Micros now) {
  open_ = true;
  counted_ = false;
  session_.start(now);
}

void Connection::count(Micros now) {
  if (!ready() || counted_) return;
  counted_ = true;
  ++connections_;
  since_ = now;
}

void Connection::read(Micros now, MessageSink& sink) {
  std::size_t total = 0;
  while (total < kReadAtOnce) {
    const std::size_t size = stream_.read(session_.receiveSpace());
    session_.received(size, now);
    if (size == 0) return;
    total += size;
    for (;;) {
      ByteSpan message;
      const ZmtpSession::Event event = session_.next(message);
      // Before the sink sees the first message, since that may come along with the handshake's last bytes.
      count(now);
      if (event == ZmtpSession::Event::Message) {
        sink.onMessage(message, now);
      } else if (event == ZmtpSession::Event::Skipped) {
        sink.onSkipped();
      } else if (event == ZmtpSession::Event::Failed) {
        return;
      } else {
        break;
      }
    }
  }
}

void Connection::write() {
  while (session_.pendingOutput().size > 0) {
    const std::size_t size = stream_.write(session_.pendingOutput());
    if (size == 0) return;
    session_.sent(size);
  }
}

void Connection::close(Micros now) {
  if (attempted_) fail(now, LinkError::Closed);
}

void Connection::fail(Micros now, LinkError error) {
  linkError_ = error;
  zmtpError_ = error == LinkError::Zmtp ? session_.error() : ZmtpError::None;
  ++failures_;
  stream_.close();
  attempted_ = open_ = counted_ = false;
  nextAttempt_ = now + backOff_;
  backOff_ = 2 * backOff_ < options_.lastBackOff ? 2 * backOff_ : options_.lastBackOff;
}

}  // namespace mien
