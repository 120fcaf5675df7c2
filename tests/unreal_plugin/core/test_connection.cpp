#include "check.h"
#include "sidecar.h"

#include "MienCore/Connection.h"

using namespace mien;
using namespace sidecar;

namespace {

struct Sink final : MessageSink {
  void onMessage(ByteSpan message, Micros) override { messages.emplace_back(message.data, message.data + message.size); }
  void onSkipped() override { ++skipped; }
  std::vector<Bytes> messages;
  int skipped = 0;
};

struct Line {
  Line() : connection(stream, SocketType::Sub, ConnectionOptions()) {}
  void run(Micros until) {
    for (; now < until; now += 10 * kMillisecond) connection.step(now, sink);
  }
  Stream stream;
  Sink sink;
  Connection connection;
  Micros now = 0;
};

TEST_CASE("connection: reads what came with the handshake's last bytes, under the new connection's number") {
  Line line;
  line.connection.step(0, line.sink);
  line.stream.say(handshake() + message(bytes("hello")));
  struct Numbering final : MessageSink {
    explicit Numbering(Connection& connection) : connection(connection) {}
    void onMessage(ByteSpan, Micros) override { number = connection.connections(); }
    void onSkipped() override {}
    Connection& connection;
    std::uint32_t number = 0;
  } numbering(line.connection);
  line.connection.step(1, numbering);
  CHECK(line.connection.ready());
  CHECK(numbering.number == 1);
}

TEST_CASE("connection: tries again after 0.1 s, doubling to 2 s, while nobody listens") {
  Line line;
  line.stream.listening = false;
  line.run(kSecond);  // at 0, 0.1, 0.3, 0.7
  CHECK(line.stream.opened == 4);
  CHECK(line.connection.linkError() == LinkError::NobodyListens);
  line.run(20 * kSecond);
  const int before = line.stream.opened;
  line.run(40 * kSecond);
  CHECK(line.stream.opened - before == 10);
}

TEST_CASE("connection: comes back at once after a connection that held, slower after ones that broke") {
  Line line;
  line.run(10 * kMillisecond);
  line.stream.say(handshake());
  line.run(5 * kSecond);
  CHECK(line.connection.ready());
  line.stream.close();
  line.run(5 * kSecond + 120 * kMillisecond);
  CHECK(line.stream.opened == 2);
  CHECK(line.connection.linkError() == LinkError::Closed);
  line.stream.say(handshake());
  line.run(line.now + 20 * kMillisecond);
  CHECK(line.connection.connections() == 2);
  line.stream.close();
  line.run(line.now + 120 * kMillisecond);
  CHECK(line.stream.opened == 2);  // 0.2 s this time
  line.run(line.now + 100 * kMillisecond);
  CHECK(line.stream.opened == 3);
}

TEST_CASE("connection: backs off from a port where something else listens") {
  Line line;
  for (int i = 0; i < 1000; ++i) {
    line.run(line.now + 10 * kMillisecond);
    line.stream.say(bytes("HTTP/1.1 400 Bad Request\r\n\r\n"));
  }
  CHECK(line.connection.zmtpError() == ZmtpError::NotZmtp);
  CHECK(line.stream.opened > 5);
  CHECK(line.stream.opened < 12);
}

TEST_CASE("connection: a half-open one is given up and begun anew") {
  Line line;
  line.run(10 * kMillisecond);
  line.run(3 * kSecond);  // connected, never a byte
  CHECK(line.connection.zmtpError() == ZmtpError::HandshakeTimeout);
  CHECK(line.stream.opened == 2);
  line.stream.say(handshake());
  line.run(4 * kSecond);
  CHECK(line.connection.ready());
  line.run(15 * kSecond);  // then silence
  CHECK(line.connection.zmtpError() == ZmtpError::HeartbeatTimeout);
}

TEST_CASE("connection: a cut in the middle of a message loses that message and nothing else") {
  Line line;
  line.run(10 * kMillisecond);
  const Bytes whole = message(Bytes(500, 1));
  line.stream.say(handshake() + message(bytes("first")) + Bytes(whole.begin(), whole.begin() + 200));
  line.run(100 * kMillisecond);
  line.stream.close();
  line.run(kSecond);
  line.stream.say(handshake() + message(bytes("second")));
  line.run(2 * kSecond);
  REQUIRE(line.sink.messages.size() == 2);
  CHECK(line.sink.messages[1] == bytes("second"));
}

TEST_CASE("connection: reads a byte at a time") {
  Line line;
  line.stream.atOnce = 1;
  line.run(10 * kMillisecond);
  line.stream.say(handshake() + message(Bytes(300, 5)));
  line.run(100 * kMillisecond);
  REQUIRE(line.sink.messages.size() == 1);
  CHECK(line.sink.messages[0] == Bytes(300, 5));
}

}  // namespace
