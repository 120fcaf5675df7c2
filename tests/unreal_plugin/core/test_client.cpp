#include "check.h"
#include "sidecar.h"

#include "MienCore/Client.h"
#include "MienCore/ReceiverThread.h"

#include <string>

using namespace mien;
using namespace sidecar;

namespace {

/// A game and a sidecar in memory, 60 times a second of simulated time.
struct Game {
  explicit Game(const ClientOptions& options = ClientOptions()) : client(state, events, game, options) {}

  void greet() {
    receive();
    state.say(handshake("XPUB"));
    events.say(handshake("PUB"));
    game.say(handshake("PULL"));
    receive();
  }
  void receive() { client.receive(now); }
  void face(float value = 1) {
    Face frame;
    frame.t = now;
    frame.seq = ++seq;
    frame.value = value;
    state.say(message(encode(frame)));
  }
  /// Frames of the game; `faces` is whether the sidecar sends.
  void run(int frames, bool faces = true) {
    for (int i = 0; i < frames; ++i) {
      now += kSecond / 60;
      if (faces) face();
      for (Stream* stream : {&state, &events, &game}) {
        if (stream->heard(command("PING", Bytes{0, 100}))) stream->say(command("PONG"));
      }
      receive();
      client.update(now);
    }
  }
  ClientStatistics counted() const { return client.statistics(); }
  std::vector<std::string> notices() {
    std::vector<std::string> lines;
    for (Notice notice; client.nextNotice(notice);) lines.emplace_back(notice.text);
    return lines;
  }
  int told(const char* part) {
    int count = 0;
    for (const std::string& line : notices()) count += line.find(part) != std::string::npos ? 1 : 0;
    return count;
  }

  Stream state, events, game;
  Client client;
  Micros now = kSecond;
  std::uint64_t seq = 0;
};

ClientOptions twoThreads() {
  ClientOptions options;
  options.twoThreads = true;
  return options;
}

TEST_CASE("client: connects, plays, and says so once") {
  Game game;
  game.greet();
  game.state.say(message(encode(sidecar::Hello())));
  game.run(60);
  CHECK(game.client.cast().face(0)[0] == 1);
  CHECK(game.counted().receiving);
  CHECK(game.counted().channels[0].connections == 1);
  const std::vector<std::string> lines = game.notices();
  REQUIRE(lines.size() == 5);
  CHECK(lines[0] == "state channel: connected");
  CHECK(lines[3] == "session tavern: 2 characters");
  CHECK(lines[4] == "faces arrive");
  game.run(600);
  CHECK(game.notices().empty());
}

TEST_CASE("client: while nobody listens it says so once, not with every attempt") {
  Game game;
  game.state.listening = game.events.listening = game.game.listening = false;
  game.run(6000, false);
  CHECK(game.counted().channels[0].failures > 40);
  CHECK(game.told("state channel: nobody listens") == 1);
  game.state.listening = true;
  game.run(200, false);
  game.greet();
  game.run(1, false);
  CHECK(game.told("connected") >= 1);
}

TEST_CASE("client: says once that the sidecar has gone, and goes to neutral") {
  Game game;
  game.greet();
  game.state.say(message(encode(sidecar::Hello())));
  game.run(60);
  game.notices();
  game.state.listening = false;
  game.state.close();
  game.run(200, false);
  CHECK(game.client.cast().face(0)[0] == 0);
  CHECK(!game.counted().receiving);
  CHECK(game.counted().channels[0].failures > 1);
  const std::vector<std::string> lines = game.notices();
  REQUIRE(lines.size() == 3);
  CHECK(lines[0] == "state channel: the sidecar closed the connection; trying on");
  CHECK(lines[1] == "state channel: nobody listens there yet; trying on");
  CHECK(lines[2] == "no faces arrive any more; they go to neutral");
}

TEST_CASE("client: a malformed message and another version are each said once") {
  Game game;
  game.greet();
  for (int i = 0; i < 100; ++i) {
    game.state.say(message(bytes("nonsense")));
    game.run(1, false);
  }
  CHECK(game.counted().cast.malformed == 100);
  CHECK(game.told("malformed message was dropped") == 1);
  Bytes future = encode(sidecar::Hello());
  const Bytes key = bytes("mien");
  *(std::search(future.begin(), future.end(), key.begin(), key.end()) + 12) = 2;
  for (int i = 0; i < 100; ++i) {
    game.state.say(message(future));
    game.run(1, false);
  }
  CHECK(game.told("another version of the protocol") == 1);
}

TEST_CASE("client: says that it got no names when it is connected to something mute") {
  Game game;
  game.greet();
  game.run(300, false);
  CHECK(game.told("no names came") == 1);
}

TEST_CASE("client: a frame of 100 MB is skipped without being kept, said once, and the next is taken") {
  Game game;
  game.greet();
  game.state.say(message(encode(sidecar::Hello())));
  game.run(30);
  game.notices();
  for (int round = 0; round < 2; ++round) {
    constexpr std::size_t kLength = 100U << 20U;
    Bytes head = {2};
    for (int shift = 56; shift >= 0; shift -= 8) head.push_back(static_cast<std::uint8_t>(std::uint64_t{kLength} >> shift));
    game.state.say(head);
    const Bytes part(1U << 20U, 0x5A);
    for (std::size_t sent = 0; sent < kLength; sent += part.size()) {
      game.state.say(part);
      game.receive();
    }
    game.run(5);
  }
  CHECK(game.counted().channels[0].skipped == 2);
  CHECK(game.counted().channels[0].connections == 1);
  CHECK(game.counted().cast.frames == 40);
  CHECK(game.told("state channel: a message that was too long") == 1);
}

TEST_CASE("client: names that no engine takes are said once, and by which name to find them") {
  Game game;
  game.greet();
  sidecar::Hello hello;
  hello.names = {"None", "anna"};
  game.state.say(message(encode(hello)));
  game.run(60);
  CHECK(game.client.cast().subject(0) == "None 16");
  CHECK(game.told("1 of 2 names cannot be subjects as they are (empty, None, or equal but for case): "
                  "character 16 goes by \"None 16\"") == 1);
  game.run(600);
  CHECK(game.notices().empty());
}

TEST_CASE("client: a game that stood still for a minute says so once and goes on with the newest face") {
  Game game(twoThreads());
  game.greet();
  game.state.say(message(encode(sidecar::Hello())));
  game.run(60);
  game.notices();
  for (int i = 0; i < 3600; ++i) {
    game.now += kSecond / 60;
    game.face(0.25F);
    game.receive();
  }
  game.run(60);
  CHECK(game.client.cast().face(0)[0] == 1);
  CHECK(game.counted().channels[0].connections == 1);
  CHECK(game.told("the game stood still for 60 s") == 1);
}

TEST_CASE("client: behaviors come in order; what is none is counted") {
  Game game;
  game.greet();
  game.events.say(message(encodeBehavior("wave", "Hello!")) + message(bytes("nonsense")) +
                  message(encodeNotice("camera is gone")) + message(encodeBehavior("nod")));
  game.run(1, false);
  BehaviorEvent behavior;
  REQUIRE(game.client.nextBehavior(behavior));
  CHECK(behavior.rule == "wave");
  CHECK(behavior.speech == "Hello!");
  REQUIRE(game.client.nextBehavior(behavior));
  CHECK(behavior.rule == "nod");
  CHECK(!game.client.nextBehavior(behavior));
  CHECK(!game.client.nextBehavior(behavior));
  CHECK(game.counted().malformedEvents == 1);
  CHECK(game.told("director: camera is gone") == 1);
}

TEST_CASE("client: events that nobody fetches are bounded and counted") {
  Game game;
  game.greet();
  for (int i = 0; i < 1500; ++i) game.events.say(message(encodeBehavior("wave")));
  game.run(10, false);
  CHECK(game.counted().channels[1].dropped == 1500 - 1024);
  BehaviorEvent behavior;
  int fetched = 0;
  while (game.client.nextBehavior(behavior)) ++fetched;
  CHECK(fetched == 1024);
}

TEST_CASE("client: on one thread, a game that was paused catches up with all that came") {
  Game game;
  game.greet();
  game.state.say(message(encode(sidecar::Hello())));
  game.run(60);
  for (int i = 0; i < 600; ++i) {
    game.now += kSecond / 60;
    game.face(0.25F);
  }
  game.receive();
  game.client.update(game.now);
  CHECK(game.counted().channels[0].dropped == 0);
  CHECK(game.counted().cast.frames == 660);
}

TEST_CASE("client: on two threads, a game that is away for a minute loses frames but no names") {
  Game game(twoThreads());
  game.greet();
  game.state.say(message(encode(sidecar::Hello())));
  game.run(60);
  sidecar::Hello second;
  second.generation = 2;
  second.names = {"Cora", "Dora"};
  for (int i = 0; i < 3600; ++i) {
    game.now += kSecond / 60;
    if (i == 1800) game.state.say(message(encode(second)));
    Face frame;
    frame.t = game.now;
    frame.seq = ++game.seq;
    frame.generation = i < 1800 ? 1 : 2;
    frame.value = 0.25F;
    game.state.say(message(encode(frame)));
    game.receive();
  }
  CHECK(game.counted().channels[0].dropped > 3500);
  game.client.update(game.now);
  CHECK(game.client.cast().face(0)[0] > 0.2F);
  for (int i = 0; i < 60; ++i) {
    game.now += kSecond / 60;
    Face frame;
    frame.t = game.now;
    frame.seq = ++game.seq;
    frame.generation = 2;
    frame.value = 0.75F;
    game.state.say(message(encode(frame)));
    game.receive();
    game.client.update(game.now);
  }
  CHECK(game.client.cast().name(0) == "Cora");
  CHECK(game.client.cast().face(0)[0] == 0.75F);
}

TEST_CASE("client: tells the sidecar what changed, at a limited rate") {
  Game game;
  game.greet();
  game.game.outgoing.clear();
  Place place;
  place.id = 16;
  std::size_t worlds = 0;
  for (int i = 0; i < 60; ++i) {
    place.position[0] = static_cast<float>(i);
    CHECK(game.client.place(place));
    game.run(1, false);
    worlds += game.game.heard(bytes("world")) ? 1 : 0;
    game.game.outgoing.clear();
  }
  game.run(4, false);
  game.game.outgoing.clear();
  CHECK(worlds >= 14);  // every fourth frame at 60 Hz, since the third comes just too early
  CHECK(worlds <= 20);
  game.run(60, false);
  CHECK(!game.game.heard(bytes("world")));  // it stands still
}

TEST_CASE("client: tells a sidecar that came back, or is another, everything again") {
  Game game;
  game.greet();
  Place place;
  place.id = 16;
  const Level burning = {"burning", 0.5};
  CHECK(game.client.place(place));
  CHECK(game.client.object(20, "fire", true, &burning, 1));
  game.run(60, false);
  CHECK(game.game.heard(bytes("fire")));
  CHECK(game.game.heard(bytes("world")));
  game.game.close();
  game.run(30, false);
  game.game.say(handshake("PULL"));
  game.run(30, false);
  CHECK(game.game.heard(bytes("fire")));
  CHECK(game.game.heard(bytes("world")));
  game.game.outgoing.clear();
  game.state.say(message(encode(sidecar::Hello())));
  game.run(10, false);
  CHECK(game.game.heard(bytes("fire")));
  CHECK(game.game.heard(bytes("world")));
}

TEST_CASE("client: repeats everything every five seconds") {
  Game game;
  game.greet();
  CHECK(game.client.object(20, "fire", true, nullptr, 0));
  game.run(60, false);
  game.game.outgoing.clear();
  game.run(330, false);
  CHECK(game.game.heard(bytes("fire")));
}

TEST_CASE("client: an event waits for the connection, but not so long that it is history") {
  Game game;
  CHECK(game.client.event(game.now, "thunder", 1, 0, 1.0));
  game.now += kSecond;
  game.greet();
  game.run(1, false);
  CHECK(game.game.heard(bytes("thunder")));
  Game late;
  CHECK(late.client.event(late.now, "thunder", 1, 0, 1.0));
  late.now += 3 * kSecond;
  late.greet();
  late.run(1, false);
  CHECK(!late.game.heard(bytes("thunder")));
  CHECK(late.counted().channels[2].dropped == 1);
}

TEST_CASE("client: refuses to send what no sidecar would take") {
  Game game;
  Place place;
  place.heading = std::numeric_limits<float>::infinity();
  CHECK(!game.client.place(place));
  CHECK(!game.client.event(0, std::string(65, 'x'), 1, 0, 1));
  CHECK(!game.client.event(0, "\xFF", 1, 0, 1));
  CHECK(!game.client.event(0, "x", 1, 0, 1.5));
  const Level twice[] = {{"a", 0}, {"a", 1}};
  CHECK(!game.client.object(20, "fire", true, twice, 2));
  CHECK(game.counted().world.refused == 5);
  for (std::uint32_t id = 0; id < 5000; ++id) {
    Place ok;
    ok.id = id;
    game.client.place(ok);
  }
  CHECK(game.counted().world.refused == 5 + 5000 - 4096);
}

TEST_CASE("client: a world larger than one message goes in several") {
  Game game;
  game.greet();
  for (std::uint32_t id = 0; id < 3000; ++id) {
    Place place;
    place.id = id;
    CHECK(game.client.place(place));
  }
  game.game.outgoing.clear();
  game.run(2, false);
  CHECK(game.counted().world.messages == 3 + 1);  // and its wish
  CHECK(game.game.outgoing.size() > 3000 * kPlaceBytes);
}

TEST_CASE("client: two games do not disturb each other") {
  Game first;
  Game second;
  first.greet();
  second.greet();
  first.state.say(message(encode(sidecar::Hello())));
  second.state.say(message(encode(sidecar::Hello())));
  first.run(60);
  second.run(30);
  CHECK(first.counted().cast.frames == 60);
  CHECK(second.counted().cast.frames == 30);
}

TEST_CASE("client: the tap sees names and faces on the receiving side, and over which connection they came") {
  struct Tap final : StateTap {
    void onState(const Envelope& envelope, Micros, std::uint32_t connection) override {
      hellos += envelope.kind == MessageKind::Hello ? 1 : 0;
      faces += envelope.kind == MessageKind::Face ? 1 : 0;
      others += envelope.kind != MessageKind::Hello && envelope.kind != MessageKind::Face ? 1 : 0;
      newest = connection;
    }
    int hellos = 0;
    int faces = 0;
    int others = 0;
    std::uint32_t newest = 0;
  } tap;
  Game game;
  game.client.tapState(&tap);
  game.greet();
  game.state.say(message(encode(sidecar::Hello())));
  game.state.say(message(encode(sidecar::Activity{{16}, {}})));
  game.run(10);
  CHECK(tap.hellos == 1);
  CHECK(tap.faces == 10);
  CHECK(tap.others == 0);
  CHECK(tap.newest == 1);
  game.state.close();
  game.run(30, false);
  game.state.say(handshake("XPUB"));
  game.run(10);
  CHECK(tap.newest == 2);
}

TEST_CASE("client: its wishes are its own, under a number that another client does not have") {
  Game games[2];
  std::vector<Bytes> numbers;
  for (Game& game : games) {
    game.greet();
    CHECK(game.client.interest({16, 4}));
    game.run(10, false);
    const Bytes key = bytes("\xA4game");
    const auto at = std::search(game.game.outgoing.begin(), game.game.outgoing.end(), key.begin(), key.end());
    REQUIRE(game.game.outgoing.end() - at > 10);
    numbers.emplace_back(at + 5, at + 10);
  }
  CHECK(numbers[0] != numbers[1]);
}

/// A stream that only the receiving thread touches: it brings faces as fast as they are read.
class Flood final : public ByteStream {
 public:
  void open() override {
    pending_ = handshake() + message(encode(sidecar::Hello()));
    open_ = true;
  }
  StreamState state() override { return open_ ? StreamState::Open : StreamState::Closed; }
  std::size_t read(MutableBytes room) override {
    const std::size_t size = std::min(room.size, pending_.size());
    std::copy_n(pending_.begin(), size, room.data);
    pending_.erase(pending_.begin(), pending_.begin() + static_cast<std::ptrdiff_t>(size));
    return size;
  }
  std::size_t write(ByteSpan bytes) override { return bytes.size; }
  void wait(Micros) override {
    Face face;
    face.t = monotonicNow();
    face.seq = ++seq_;
    pending_ = pending_ + message(encode(face));
  }
  void close() override { open_ = false; }

 private:
  Bytes pending_;
  bool open_ = false;
  std::uint64_t seq_ = 0;
};

TEST_CASE("client: a receiving thread and a game share nothing but the queues") {
  Flood state;
  Stream events, game;
  events.listening = game.listening = false;
  Client client(state, events, game, twoThreads());
  std::uint64_t frames = 0;
  {
    ReceiverThread receiver(client);
    Place place;
    place.id = 16;
    while (frames < 2000) {
      place.heading += 0.001F;
      client.place(place);
      client.event(monotonicNow(), "tick", 1, 0, 0.5);
      client.update(monotonicNow());
      BehaviorEvent behavior;
      while (client.nextBehavior(behavior)) {
      }
      frames = client.statistics().cast.frames;
    }
  }
  client.update(monotonicNow());
  CHECK(client.statistics().cast.malformed == 0);
  CHECK(client.cast().size() == 2);
}

}  // namespace
