#include "check.h"
#include "sidecar.h"

#include "MienCore/Cast.h"

#include <limits>

using namespace mien;
using namespace sidecar;

namespace {

/// A cast that is fed at 60 Hz of simulated time.
struct Theater {
  Theater() : cast(PlayoutOptions()) {}

  void hear(const Bytes& message) { cast.receive(span(message), now, connection); }
  void hear(const sidecar::Hello& hello) { hear(encode(hello)); }
  void hear(const sidecar::Activity& activity) { hear(encode(activity)); }
  void play(int ticks, float value, std::uint32_t generation = 1, std::vector<std::uint32_t> ids = {16, 17}) {
    for (int i = 0; i < ticks; ++i) {
      now += kSecond / 60;
      Face face;
      face.t = now;
      face.seq = ++seq;
      face.generation = generation;
      face.ids = ids;
      face.value = value;
      hear(encode(face));
      cast.update(now);
    }
  }
  void pass(Micros time) {
    for (const Micros until = now + time; now < until;) cast.update(now += kSecond / 60);
  }
  const CastStatistics& counted() const { return cast.statistics(); }

  Cast cast;
  Micros now = kSecond;
  std::uint64_t seq = 0;
  std::uint32_t connection = 1;
};

TEST_CASE("cast: takes names from the hello and poses from the frames") {
  Theater theater;
  theater.hear(sidecar::Hello());
  REQUIRE(theater.cast.size() == 2);
  CHECK(theater.cast.name(1) == "Bert");
  CHECK(theater.cast.id(1) == 17);
  CHECK(theater.cast.find(17) == 1);
  CHECK(theater.cast.find(99) == 2);
  CHECK(theater.cast.emotions() == std::vector<std::string>({"joy", "anger"}));
  theater.play(90, 0.25F);
  CHECK(theater.cast.face(1)[60] == 0.25F);
  CHECK(theater.cast.emotion(0)[1] == 0.25F);
  CHECK(theater.cast.mood(1)[0] == 0.25F);
  CHECK(theater.cast.presence(0) == 1);
  CHECK(theater.counted().frames == 90);
  CHECK(theater.counted().rate > 55);
  CHECK(theater.counted().age < 25 * kMillisecond);
}

TEST_CASE("cast: frames before a hello, or of another generation, are dropped and counted") {
  Theater theater;
  theater.play(2, 1);
  CHECK(theater.counted().unnamed == 2);
  theater.hear(sidecar::Hello());
  theater.play(3, 1, 2);
  CHECK(theater.counted().unnamed == 5);
  CHECK(theater.counted().frames == 0);
}

TEST_CASE("cast: after a new connection frames wait for its hello") {
  Theater theater;
  theater.hear(sidecar::Hello());
  theater.play(2, 1);
  theater.connection = 2;
  theater.play(2, 1);
  CHECK(theater.counted().unnamed == 2);
  CHECK(!theater.cast.named());
  theater.hear(sidecar::Hello());
  theater.play(2, 1);
  CHECK(theater.counted().frames == 4);
}

TEST_CASE("cast: counts gaps, late frames and duplicates") {
  Theater theater;
  theater.hear(sidecar::Hello());
  theater.play(2, 1);
  theater.seq += 3;
  theater.play(1, 1);
  CHECK(theater.counted().gaps == 3);
  theater.seq -= 1;
  theater.play(1, 1);
  CHECK(theater.counted().duplicates == 1);
  theater.seq -= 3;
  theater.play(1, 1);
  CHECK(theater.counted().late == 1);
  CHECK(theater.counted().frames == 3);
}

TEST_CASE("cast: the same hello again changes nothing") {
  Theater theater;
  theater.hear(sidecar::Hello());
  const std::uint32_t edition = theater.cast.edition();
  theater.play(30, 1);
  theater.hear(sidecar::Hello());
  CHECK(theater.cast.edition() == edition);
  CHECK(theater.cast.face(0)[0] == 1);
}

TEST_CASE("cast: with a new generation those who stay go on, those who leave fade, those who come fade in") {
  Theater theater;
  theater.hear(sidecar::Hello());
  theater.play(60, 1);
  sidecar::Hello second;
  second.generation = 2;
  second.ids = {17, 18};
  second.names = {"Bert", "Cora"};
  theater.hear(second);
  CHECK(theater.cast.size() == 3);
  theater.play(3, 1, 2, {17, 18});
  CHECK(theater.cast.name(0) == "Bert");
  CHECK(theater.cast.face(0)[0] == 1);
  CHECK(theater.cast.name(1) == "Cora");
  CHECK(theater.cast.presence(1) < 0.5F);
  CHECK(theater.cast.name(2) == "Anna");
  CHECK(theater.cast.leaving(2));
  CHECK(theater.cast.face(2)[0] < 1);
  const std::uint32_t edition = theater.cast.edition();
  theater.play(90, 1, 2, {17, 18});
  CHECK(theater.cast.size() == 2);
  CHECK(theater.cast.edition() != edition);
}

TEST_CASE("cast: a newcomer with the name of one who leaves takes its place at once") {
  Theater theater;
  theater.hear(sidecar::Hello());
  theater.play(60, 1);
  sidecar::Hello second;
  second.generation = 2;
  second.ids = {17, 18};
  second.names = {"Bert", "Anna"};
  theater.hear(second);
  REQUIRE(theater.cast.size() == 2);
  CHECK(theater.cast.subject(1) == "Anna");
  CHECK(theater.cast.id(1) == 18);
}

TEST_CASE("cast: at a goodbye all fade and go") {
  Theater theater;
  theater.hear(sidecar::Hello());
  theater.play(60, 1);
  sidecar::Hello goodbye;
  goodbye.generation = 2;
  goodbye.ids = {};
  goodbye.names = {};
  theater.hear(goodbye);
  theater.pass(500 * kMillisecond);
  CHECK(theater.cast.size() == 2);
  CHECK(theater.cast.presence(0) < 0.7F);
  theater.pass(kSecond);
  CHECK(theater.cast.size() == 0);
}

TEST_CASE("cast: another session forgets everything, also its sequence and its clock") {
  Theater theater;
  theater.hear(sidecar::Hello());
  theater.play(60, 1);
  theater.connection = 2;
  sidecar::Hello other;
  other.session = "castle";
  other.ids = {16};
  other.names = {"Zoe"};
  other.emotions = {"joy", "anger", "fear"};
  theater.hear(other);
  CHECK(theater.cast.size() == 1);
  CHECK(theater.cast.name(0) == "Zoe");
  CHECK(!theater.cast.clock().known());
  Face face;
  face.t = 5;  // a clock that has just begun
  face.seq = 1;
  face.ids = {16};
  face.emotions = 3;
  theater.hear(encode(face));
  CHECK(theater.counted().frames == 61);
  CHECK(theater.counted().late == 0);
}

TEST_CASE("cast: rows come in any order, may leave out characters and name strangers") {
  Theater theater;
  theater.hear(sidecar::Hello());
  theater.play(60, 1, 1, {99, 17});
  CHECK(theater.counted().strangers == 60);
  CHECK(theater.cast.face(1)[0] == 1);
  CHECK(theater.cast.presence(0) == 0);
}

TEST_CASE("cast: a hello or a frame that names an id twice does no harm") {
  Theater theater;
  sidecar::Hello twins;
  twins.ids = {16, 16};
  theater.hear(twins);
  theater.play(60, 1, 1, {16, 16});
  CHECK(theater.cast.face(0)[0] == 1);
  twins.generation = 2;
  twins.names = {"Anna", "Carl"};
  theater.hear(twins);
  theater.play(90, 1, 2, {16, 16});
  CHECK(theater.cast.size() == 2);
}

TEST_CASE("cast: NaN weights are refused and counted, and the last good pose stays") {
  Theater theater;
  theater.hear(sidecar::Hello());
  theater.play(60, 0.5F);
  theater.play(3, std::numeric_limits<float>::quiet_NaN());
  CHECK(theater.counted().malformed == 3);
  CHECK(theater.counted().lastError == DecodeError::NotFinite);
  CHECK(theater.cast.face(0)[0] == 0.5F);
}

TEST_CASE("cast: another protocol version is refused and counted") {
  Theater theater;
  Bytes future = encode(sidecar::Hello());
  const Bytes key = bytes("mien");
  const auto at = std::search(future.begin(), future.end(), key.begin(), key.end());
  *(at + 12) = 2;  // the last of the eight bytes of its number
  theater.hear(future);
  CHECK(theater.counted().malformed == 1);
  CHECK(theater.counted().lastError == DecodeError::Version);
  CHECK(theater.cast.size() == 0);
}

TEST_CASE("cast: a frame with a time beyond reason is refused") {
  Theater theater;
  theater.hear(sidecar::Hello());
  Face face;
  face.t = kLatest + 1;
  theater.hear(encode(face));
  CHECK(theater.counted().malformed == 1);
  face.t = kLatest;
  face.seq = 2;
  theater.hear(encode(face));
  theater.cast.update(theater.now);
  CHECK(theater.counted().frames == 1);
}

TEST_CASE("cast: a hello of more characters than there may be is refused") {
  Cast cast(PlayoutOptions(), 1);
  cast.receive(span(encode(sidecar::Hello())), 0, 1);
  CHECK(cast.size() == 0);
  CHECK(cast.statistics().lastError == DecodeError::Dimension);
}

TEST_CASE("cast: messages of other channels are refused") {
  Theater theater;
  theater.hear(encodeBehavior("wave"));
  CHECK(theater.counted().malformed == 1);
  CHECK(theater.counted().lastError == DecodeError::Kind);
}

TEST_CASE("cast: a thousand characters of 64 emotions fit") {
  Theater theater;
  sidecar::Hello hello;
  hello.ids.clear();
  hello.names.clear();
  hello.emotions.clear();
  for (std::uint32_t i = 0; i < 1000; ++i) {
    hello.ids.push_back(16 + i * 7919 % 1000);
    hello.names.push_back("n" + std::to_string(i));
  }
  for (int i = 0; i < 64; ++i) hello.emotions.push_back("e" + std::to_string(i));
  theater.hear(hello);
  Face face;
  face.ids = hello.ids;
  face.emotions = 64;
  theater.hear(encode(face));
  theater.cast.update(theater.now);
  CHECK(theater.counted().frames == 1);
  CHECK(theater.cast.emotion(999)[63] == 0.5F);
}

TEST_CASE("cast: a character that frames leave out holds its pose, and nothing is missing") {
  Theater theater;
  theater.hear(sidecar::Hello());
  theater.play(60, 0.25F);
  theater.play(600, 0.75F, 1, {16});
  CHECK(theater.cast.face(0)[0] == 0.75F);
  CHECK(theater.cast.face(1)[0] == 0.25F);
  CHECK(theater.cast.presence(1) == 1);
  CHECK(theater.counted().gaps == 0);
  CHECK(theater.counted().faces == 720);
  CHECK(theater.counted().withheld == 600);
  CHECK(theater.counted().inFrame == 1);
  CHECK(theater.counted().age < 25 * kMillisecond);  // of whom frames still bring
  theater.play(60, 0.5F, 1, {});
  CHECK(theater.cast.presence(0) == 1);
  CHECK(theater.counted().frames == 720);
  CHECK(theater.counted().rate > 55);
  theater.pass(3 * kSecond);  // now the sidecar is gone, for all
  CHECK(theater.cast.presence(0) == 0);
  CHECK(theater.cast.presence(1) == 0);
}

TEST_CASE("cast: a character that was left out for long comes back without a leap") {
  Theater theater;
  theater.hear(sidecar::Hello());
  theater.play(60, 0.0F);
  theater.play(600, 0.0F, 1, {17});
  float before = theater.cast.face(0)[0];
  float largest = 0;
  for (int i = 0; i < 60; ++i) {
    theater.play(1, 1.0F);
    largest = std::max(largest, theater.cast.face(0)[0] - before);
    before = theater.cast.face(0)[0];
  }
  CHECK(before == 1.0F);
  CHECK(largest < 0.35F);
}

TEST_CASE("cast: a character of every sixth frame moves smoothly in between") {
  Theater theater;
  theater.hear(sidecar::Hello());
  theater.play(60, 0.0F);
  float before = 0;
  float largest = 0;
  for (int i = 0; i < 360; ++i) {
    const bool turn = i % 6 == 0;
    theater.play(1, static_cast<float>(i) / 360, 1, turn ? std::vector<std::uint32_t>{16, 17} : std::vector<std::uint32_t>{16});
    if (i > 180) largest = std::max(largest, theater.cast.face(1)[0] - before);
    before = theater.cast.face(1)[0];
  }
  CHECK(largest < 1.2F / 360);
  CHECK(before > 0.9F);
  CHECK(theater.counted().gaps == 0);
}

TEST_CASE("cast: activity belongs to the newest names and their rules") {
  Theater theater;
  sidecar::Hello hello;
  hello.rules = {"wave", "frown", "rest"};
  theater.hear(sidecar::Activity{{16, 17}, {1, 1, 1, 1, 1, 1}});  // before any hello
  theater.hear(hello);
  REQUIRE(theater.cast.rules().size() == 3);
  CHECK(theater.cast.activity(0)[0] == 0);
  theater.hear(sidecar::Activity{{17, 99, 16}, {0, 0.5F, 0, 1, 1, 1, 0.25F, 0, 1}});
  CHECK(theater.cast.activity(0)[0] == 0.25F);
  CHECK(theater.cast.activity(0)[2] == 1);
  CHECK(theater.cast.activity(1)[1] == 0.5F);
  theater.hear(sidecar::Activity{{16}, {1, 1}});  // of other rules
  CHECK(theater.cast.activity(0)[0] == 0.25F);
  hello.generation = 2;
  hello.ids = {17, 18};
  theater.hear(hello);
  CHECK(theater.cast.activity(0)[1] == 0.5F);  // 17 goes on
  CHECK(theater.cast.activity(1)[1] == 0);
  hello.generation = 3;
  hello.rules = {"frown"};
  theater.hear(hello);
  CHECK(theater.cast.activity(0)[0] == 0);
  CHECK(theater.counted().malformed == 0);
  theater.hear(sidecar::Activity{{17}, {1.5F}});
  CHECK(theater.counted().malformed == 1);
}

}  // namespace
