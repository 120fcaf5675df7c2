#include "check.h"
#include "sidecar.h"

#include "MienCore/Zmtp.h"

using namespace mien;
using namespace sidecar;

namespace {

ZmtpOptions small() {
  ZmtpOptions options;
  options.maxMessage = 1000;
  options.maxOutput = 4096;
  return options;
}

/// Feeds bytes in pieces and notes what comes out.
struct Peer {
  explicit Peer(SocketType type = SocketType::Sub, const ZmtpOptions& options = small()) : session(type, options) {
    session.start(0);
  }

  void feed(const Bytes& bytes, std::size_t piece = ~std::size_t{0}, Micros now = 0) {
    for (std::size_t at = 0; at < bytes.size();) {
      const MutableBytes room = session.receiveSpace();
      const std::size_t size = std::min({piece, room.size, bytes.size() - at});
      std::memcpy(room.data, bytes.data() + at, size);
      at += size;
      session.received(size, now);
      for (;;) {
        ByteSpan message;
        const ZmtpSession::Event event = session.next(message);
        if (event == ZmtpSession::Event::Message) messages.emplace_back(message.data, message.data + message.size);
        if (event == ZmtpSession::Event::Skipped) ++skipped;
        if (event == ZmtpSession::Event::None) break;
        if (event == ZmtpSession::Event::Failed) return;
      }
    }
  }
  Bytes written() {
    const ByteSpan pending = session.pendingOutput();
    Bytes bytes(pending.data, pending.data + pending.size);
    session.sent(pending.size);
    return bytes;
  }
  bool ready() const { return session.state() == ZmtpSession::State::Ready; }
  ZmtpError error() const { return session.error(); }

  ZmtpSession session;
  std::vector<Bytes> messages;
  int skipped = 0;
};

TEST_CASE("zmtp: the greeting says ZMTP 3.1 with the NULL mechanism") {
  Peer peer;
  CHECK(peer.written() == greeting());
}

TEST_CASE("zmtp: answers a greeting with READY and the socket type, and READY with its subscriptions") {
  Peer peer;
  peer.session.subscribe("abc");
  peer.written();
  peer.feed(greeting());
  CHECK(peer.written() == ready("SUB"));
  peer.feed(ready("XPUB"));
  CHECK(peer.ready());
  CHECK(peer.written() == command("SUBSCRIBE", bytes("abc")));
  peer.session.subscribe("d");
  CHECK(peer.written() == command("SUBSCRIBE", bytes("d")));
}

TEST_CASE("zmtp: subscribes by message with a peer that speaks ZMTP 3.0") {
  Peer peer;
  peer.session.subscribe("abc");
  peer.feed(greeting(0) + ready("PUB"));
  CHECK(peer.ready());
  CHECK(peer.written() == greeting() + ready("SUB") + message(Bytes{1} + bytes("abc")));
}

TEST_CASE("zmtp: reads short, long and empty messages however the bytes are cut") {
  const Bytes stream = handshake() + message(bytes("short")) + message(Bytes(256, 7)) + message({}) +
                       message(Bytes(1000, 9));
  for (const std::size_t piece : {1U, 2U, 3U, 7U, 64U, 300U, 100000U}) {
    Peer peer;
    peer.feed(stream, piece);
    REQUIRE(peer.messages.size() == 4);
    CHECK(peer.messages[0] == bytes("short"));
    CHECK(peer.messages[1] == Bytes(256, 7));
    CHECK(peer.messages[2].empty());
    CHECK(peer.messages[3] == Bytes(1000, 9));
  }
}

TEST_CASE("zmtp: takes the eight-byte length for a short message too") {
  Peer peer;
  peer.feed(handshake() + Bytes{2, 0, 0, 0, 0, 0, 0, 0, 3, 'a', 'b', 'c'});
  REQUIRE(peer.messages.size() == 1);
  CHECK(peer.messages[0] == bytes("abc"));
}

TEST_CASE("zmtp: skips a message in several parts, and goes on") {
  Peer peer;
  peer.feed(handshake() + frame(1, bytes("topic")) + frame(1, bytes("more")) + message(bytes("last")) +
            message(bytes("whole")));
  REQUIRE(peer.messages.size() == 1);
  CHECK(peer.messages[0] == bytes("whole"));
  CHECK(peer.skipped == 1);
}

TEST_CASE("zmtp: skips a message up to twice the limit without keeping it, and goes on") {
  for (const std::size_t piece : {1U, 100U, 100000U}) {
    Peer peer;
    peer.feed(handshake() + message(Bytes(2000)) + message(bytes("next")), piece);
    REQUIRE(peer.messages.size() == 1);
    CHECK(peer.messages[0] == bytes("next"));
    CHECK(peer.skipped == 1);
  }
}

TEST_CASE("zmtp: gives up at the announcement of more than twice the limit, before any of it is kept") {
  Peer peer;
  peer.feed(handshake());
  peer.feed(Bytes{2, 0, 0, 0, 0, 6, 0, 0, 0});  // 100 MB
  CHECK(peer.error() == ZmtpError::TooLong);
  Peer absurd;
  absurd.feed(handshake() + Bytes{2, 255, 255, 255, 255, 255, 255, 255, 255});
  CHECK(absurd.error() == ZmtpError::TooLong);
}

TEST_CASE("zmtp: limits commands more strictly than messages") {
  ZmtpOptions options;
  Peer peer(SocketType::Sub, options);
  peer.feed(greeting() + Bytes{6, 0, 0, 0, 0, 0, 0, 0x20, 0});
  CHECK(peer.error() == ZmtpError::TooLong);
}

TEST_CASE("zmtp: knows by its first byte what is no ZeroMQ") {
  for (const char* other : {"HTTP/1.1 400 Bad Request\r\n", "SSH-2.0-OpenSSH\r\n", "\x16\x03\x01"}) {
    Peer peer;
    peer.feed(bytes(other), 1);
    CHECK(peer.error() == ZmtpError::NotZmtp);
  }
  Peer almost;
  Bytes wrong = greeting();
  wrong[9] = 0x7E;
  almost.feed(wrong);
  CHECK(almost.error() == ZmtpError::NotZmtp);
}

TEST_CASE("zmtp: refuses older protocols, other mechanisms and the wrong socket type") {
  Peer old;
  Bytes two = greeting();
  two[10] = 1;
  old.feed(two);
  CHECK(old.error() == ZmtpError::Version);
  Peer curve;
  curve.feed(greeting(1, "CURVE"));
  CHECK(curve.error() == ZmtpError::Mechanism);
  Peer nullish;
  nullish.feed(greeting(1, "NULLX"));
  CHECK(nullish.error() == ZmtpError::Mechanism);
  Peer pull;
  pull.feed(handshake("PULL"));
  CHECK(pull.error() == ZmtpError::SocketType);
  Peer push(SocketType::Push);
  push.feed(handshake("XPUB"));
  CHECK(push.error() == ZmtpError::SocketType);
  Peer silent;
  silent.feed(greeting() + command("READY"));
  CHECK(silent.error() == ZmtpError::SocketType);
}

TEST_CASE("zmtp: refuses frames with reserved flags and commands that are none") {
  const std::vector<Bytes> wrong = {Bytes{8, 0},          Bytes{0x80, 0},        Bytes{5, 0},
                                    Bytes{4, 0},          Bytes{4, 1, 0},        Bytes{4, 2, 9, 'P'},
                                    command("PING"),      command("PING", Bytes(19)), command("ERROR", Bytes{3, 'a', 'b', 'c'})};
  for (const Bytes& frame : wrong) {
    Peer peer;
    peer.feed(handshake() + frame);
    CHECK(peer.session.state() == ZmtpSession::State::Failed);
    CHECK(peer.error() == (frame[0] == 4 && frame.size() > 8 && frame[3] == 'E' ? ZmtpError::Refused : ZmtpError::BadFrame));
  }
}

TEST_CASE("zmtp: refuses metadata whose lengths do not add up, and messages before READY") {
  Peer cut;
  cut.feed(greeting() + command("READY", Bytes{11} + bytes("Socket-Type") + Bytes{0, 0, 0, 9} + bytes("XPUB")));
  CHECK(cut.error() == ZmtpError::BadFrame);
  Peer shorter;
  shorter.feed(greeting() + command("READY", Bytes{11} + bytes("Socket-")));
  CHECK(shorter.error() == ZmtpError::BadFrame);
  Peer early;
  early.feed(greeting() + message(bytes("early")));
  CHECK(early.error() == ZmtpError::BadFrame);
}

TEST_CASE("zmtp: answers PING with PONG and the same context, and passes over unknown commands") {
  Peer peer;
  peer.feed(handshake());
  peer.written();
  peer.feed(command("FUTURE", Bytes(5)) + command("PING", Bytes{0, 10} + bytes("ctx")));
  CHECK(peer.ready());
  CHECK(peer.written() == command("PONG", bytes("ctx")));
}

TEST_CASE("zmtp: gives up a peer that is silent before READY") {
  Peer peer;
  peer.feed(greeting());
  peer.session.tick(small().handshakeTimeout - 1);
  CHECK(peer.error() == ZmtpError::None);
  peer.session.tick(small().handshakeTimeout);
  CHECK(peer.error() == ZmtpError::HandshakeTimeout);
}

TEST_CASE("zmtp: sends PING after a second of silence and gives up when nothing answers") {
  Peer peer;
  peer.feed(handshake());
  peer.written();
  peer.session.tick(kSecond - 1);
  CHECK(peer.written().empty());
  peer.session.tick(kSecond);
  CHECK(peer.written() == command("PING", Bytes{0, 100}));  // forget us after 10 s
  peer.session.tick(2 * kSecond);
  CHECK(!peer.written().empty());
  peer.session.tick(10 * kSecond - 1);
  CHECK(peer.ready());
  peer.session.tick(10 * kSecond);
  CHECK(peer.error() == ZmtpError::HeartbeatTimeout);
}

TEST_CASE("zmtp: any byte is a sign of life") {
  Peer peer;
  peer.feed(handshake());
  for (Micros now = kSecond; now < 30 * kSecond; now += kSecond) {
    peer.session.tick(now);
    peer.feed(command("PONG"), 100, now);
    CHECK(peer.ready());
  }
}

TEST_CASE("zmtp: a game that was paused for a minute does not blame its peer") {
  Peer peer;
  peer.feed(handshake());
  peer.session.tick(60 * kSecond);
  CHECK(peer.ready());
  peer.session.tick(60 * kSecond + 10 * kMillisecond);
  CHECK(peer.ready());
}

TEST_CASE("zmtp: sends messages once ready, and refuses beyond the limit of its output") {
  Peer peer(SocketType::Push);
  CHECK(!peer.session.send(span(bytes("early"))));
  peer.feed(handshake("PULL"));
  peer.written();
  CHECK(peer.session.send(span(bytes("hi"))));
  CHECK(peer.session.send(span(Bytes(300, 1))));
  CHECK(peer.written() == message(bytes("hi")) + message(Bytes(300, 1)));
  int sent = 0;
  while (peer.session.send(span(Bytes(100)))) ++sent;
  CHECK(sent > 20);
  CHECK(peer.session.pendingOutput().size <= small().maxOutput);
  peer.feed(command("PING", Bytes{0, 10}));  // there is still room to answer
  CHECK(peer.written().size() == static_cast<std::size_t>(sent) * 102 + command("PONG").size());
}

TEST_CASE("zmtp: starts anew on a new stream, in the middle of whatever was") {
  Peer peer;
  peer.feed(handshake() + Bytes{2, 0, 0, 0, 0, 0, 0, 3, 0, 1, 2, 3});
  peer.session.start(0);
  peer.feed(handshake() + message(bytes("again")));
  REQUIRE(peer.messages.size() == 1);
  CHECK(peer.messages[0] == bytes("again"));
}

}  // namespace
