#include "check.h"
#include "sidecar.h"

#include "MienCore/WorldReport.h"

#include <limits>

using namespace mien;
using namespace sidecar;

namespace {

/// What a report says, as a sidecar would read it: 20 times a second, for as long as told.
struct Told {
  explicit Told(const WorldReportOptions& options = WorldReportOptions()) : report(options) {}

  void pass(Micros time) {
    for (const Micros until = now + time; now < until; now += 50 * kMillisecond) {
      report.send(now, queue);
      for (MessageQueue::Message message; queue.front(message); queue.pop()) {
        said.emplace_back(message.bytes.data, message.bytes.data + message.bytes.size);
      }
    }
  }
  /// How many of the messages so far are no wishes.
  int others() const {
    int found = 0;
    for (const Bytes& message : said) {
      const Bytes wish = bytes("interest");
      found += std::search(message.begin(), message.end(), wish.begin(), wish.end()) == message.end() ? 1 : 0;
    }
    return found;
  }
  /// How many of the messages so far contain all of this; forgets them.
  int count(const std::vector<Bytes>& parts) {
    int found = 0;
    for (const Bytes& message : said) {
      bool all = true;
      for (const Bytes& part : parts) {
        all = all && std::search(message.begin(), message.end(), part.begin(), part.end()) != message.end();
      }
      found += all ? 1 : 0;
    }
    said.clear();
    return found;
  }

  WorldReport report;
  MessageQueue queue{64, 1U << 20U};
  std::vector<Bytes> said;
  Micros now = kSecond;
};

const Bytes kRemoved = bytes("present") + Bytes{0};
const Bytes kPresent = bytes("present") + Bytes{1};

TEST_CASE("report: the removal of a smart object is told three times, and then it is forgotten with its place") {
  Told told;
  CHECK(told.report.object(2000, "fire", true, nullptr, 0));
  CHECK(told.report.place({2000, {1, 2, 3}, 0, 0}));
  told.pass(kSecond);
  CHECK(told.count({kPresent}) == 1);
  CHECK(told.report.object(2000, "fire", false, nullptr, 0));
  told.pass(30 * kSecond);
  CHECK(told.count({kRemoved}) == 3);
  CHECK(told.report.objects() == 0);
  told.pass(10 * kSecond);
  CHECK(told.others() == 0);
}

TEST_CASE("report: a smart object that comes back before it is forgotten is there again") {
  Told told;
  CHECK(told.report.object(2000, "fire", true, nullptr, 0));
  told.pass(kSecond);
  CHECK(told.report.object(2000, "fire", false, nullptr, 0));
  told.pass(kSecond);
  CHECK(told.report.object(2000, "fire", true, nullptr, 0));
  told.pass(30 * kSecond);
  CHECK(told.report.objects() == 1);
  CHECK(told.count({kPresent}) > 3);
}

TEST_CASE("report: a game may create and destroy smart objects under new ids all day") {
  Told told;
  for (std::uint32_t id = 16; id < 50016; ++id) {
    CHECK(told.report.object(id, "fire", true, nullptr, 0));
    CHECK(told.report.place({id, {1, 2, 3}, 0, 0}));
    if (id % 10 == 0) told.pass(100 * kMillisecond);
    CHECK(told.report.object(id, "fire", false, nullptr, 0));
  }
  told.pass(20 * kSecond);
  CHECK(told.report.objects() == 0);
  CHECK(told.report.statistics().refused == 0);
}

TEST_CASE("report: what came and went while nobody listened is never told") {
  Told told;
  for (std::uint32_t id = 16; id < 10016; ++id) {
    CHECK(told.report.object(id, "fire", true, nullptr, 0));
    CHECK(told.report.object(id, "fire", false, nullptr, 0));
  }
  CHECK(told.report.objects() == 0);
  told.pass(10 * kSecond);
  CHECK(told.others() == 0);
}

TEST_CASE("report: relations are told once they change, and again with everything") {
  Told told;
  CHECK(told.report.relation({16, 17, 0.5F}));
  CHECK(told.report.relation({16, kPlayer, -1}));
  told.pass(kSecond);
  CHECK(told.count({bytes("relations"), Bytes{0xA1, 'K', 2}}) == 1);
  CHECK(told.report.relation({16, 17, 0.5F}));
  told.pass(kSecond);
  CHECK(told.others() == 0);
  CHECK(told.report.relation({16, 17, 0.75F}));
  told.pass(kSecond);
  CHECK(told.count({bytes("relations"), Bytes{0xA1, 'K', 1}}) == 1);
  told.pass(5 * kSecond);
  CHECK(told.count({bytes("relations"), Bytes{0xA1, 'K', 2}}) == 1);
}

TEST_CASE("report: wishes are told as a whole, when one changes and every five seconds") {
  WorldReportOptions options;
  options.game = 77;
  Told told(options);
  told.pass(kSecond);
  CHECK(told.count({bytes("interest"), bytes("\xA4game") + Bytes{77}, Bytes{0xA1, 'K', 0}}) == 1);  // everything
  CHECK(told.report.interest({16, 1}));
  told.pass(kSecond);
  CHECK(told.count({bytes("interest"), bytes("\xA4game") + Bytes{77}, Bytes{0xA1, 'K', 1}}) == 1);
  CHECK(told.report.interest({17, 0}));
  CHECK(told.report.interest({16, 1}));
  told.pass(kSecond);
  CHECK(told.count({bytes("every") + Bytes{0xC4, 2, 1, 0}}) == 1);
  for (int i = 0; i < 200; ++i) {  // as components do, without news
    CHECK(told.report.interest({17, 0}));
    told.pass(50 * kMillisecond);
  }
  CHECK(told.count({bytes("interest")}) == 2);
  told.report.repeatAll();
  told.pass(100 * kMillisecond);
  CHECK(told.count({bytes("interest")}) == 1);
}

TEST_CASE("report: refuses relations that cannot be, and bounds what it keeps") {
  WorldReportOptions options;
  options.maxEntities = 3;
  Told told(options);
  CHECK(!told.report.relation({16, 17, 1.5F}));
  CHECK(!told.report.relation({16, 17, std::numeric_limits<float>::quiet_NaN()}));
  CHECK(!told.report.relation({16, 16, 1}));
  for (std::uint32_t id = 16; id < 26; ++id) {
    CHECK(told.report.relation({id, kPlayer, 1}) == (id < 19));
    CHECK(told.report.interest({id, 2}) == (id < 19));
  }
  CHECK(told.report.statistics().refused == 3 + 7 + 7);
  told.pass(100 * kMillisecond);
  CHECK(told.count({bytes("every") + Bytes{0xC4, 3, 2, 2, 2}}) == 1);
}

}  // namespace
