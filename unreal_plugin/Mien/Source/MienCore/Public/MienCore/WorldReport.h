#pragma once

#include "MienCore/Encoder.h"
#include "MienCore/Export.h"
#include "MienCore/MessageQueue.h"

#include <string>
#include <vector>

namespace mien {

struct WorldReportOptions {
  Micros interval = 50 * kMillisecond;     ///< between messages of one kind: 20 Hz
  Micros repeat = 5 * kSecond;             ///< everything is said again so often, in case something got lost
  std::size_t maxEntities = 4096;          ///< with a place, and again as many smart objects, relations, wishes
  std::size_t entitiesPerMessage = 1024;
  std::uint32_t game = kNobody;            ///< this game's own number beside others; nobody's: one is made up
};

struct WorldReportStatistics {
  std::uint64_t messages = 0;  ///< handed to the queue
  std::uint64_t refused = 0;   ///< calls with values out of range, or beyond `maxEntities`
  std::uint64_t dropped = 0;   ///< events for which the queue had no room
};

/// What the game tells the sidecar. Keeps the newest place of each entity, state of each smart object, relation and
/// wish, sends what changed at a limited rate, and everything when the sidecar is new. Bounded; does not allocate
/// once every entity is known. A removed smart object is forgotten, with its place, when the sidecar has been told.
class MIENCORE_API WorldReport {
 public:
  explicit WorldReport(const WorldReportOptions& options);

  /// Each returns false, counted, when a value is out of its range or there is no room.
  bool place(const Place& place);
  bool object(std::uint32_t id, std::string_view name, bool present, const Level* state, std::size_t levels);
  bool relation(const Regard& regard);
  /// For characters that are far or out of sight; all others are wanted with every tick. That is said even if this is
  /// never called, so that another game on the sidecar cannot take this one's faces away.
  bool interest(const Wish& wish);
  bool event(Micros now, std::string_view name, std::uint32_t subject, std::uint32_t object, double intensity,
             MessageQueue& out);

  /// Everything is to be sent again: another sidecar listens.
  void repeatAll();
  /// Sends what is due. What finds no room in the queue stays due.
  void send(Micros now, MessageQueue& out);

  /// Smart objects that are kept: those there are, and those whose removal is still to be told.
  std::size_t objects() const { return objects_.size(); }
  const WorldReportStatistics& statistics() const { return statistics_; }

  /// `MessageQueue::Message::stream` of events, which are not worth sending late; 0 marks the other messages.
  static constexpr std::uint32_t kEvent = 1;

 private:
  template <typename Row>
  struct Kept {
    Row row;
    bool due = true;
  };
  struct Object {
    std::uint32_t id;
    std::string name;
    bool present;
    std::vector<std::pair<std::string, double>> state;
    bool due = true;
    bool known = false;   ///< the sidecar may have heard of it
    int farewells = 0;    ///< how often its removal was told
  };

  bool sendObjects(Micros now, MessageQueue& out);
  bool sendWishes(Micros now, MessageQueue& out);
  template <typename Row, typename Encode>
  bool sendRows(Micros now, std::vector<Kept<Row>>& kept, std::vector<Row>& due, Encode encode, MessageQueue& out);
  void forgetRemoved();
  bool push(Micros now, std::size_t size, std::uint32_t stream, MessageQueue& out);
  bool refuse() { return ++statistics_.refused, false; }
  MutableBytes room() { return {buffer_.data(), buffer_.size()}; }

  const WorldReportOptions options_;
  std::vector<Kept<Place>> places_;    // by id
  std::vector<Object> objects_;        // by id
  std::vector<Kept<Regard>> regards_;  // by id, then whom
  std::vector<Wish> wishes_;           // by id
  bool wishesDue_ = true;
  std::vector<Place> duePlaces_;
  std::vector<Regard> dueRegards_;
  std::vector<Level> levels_;
  std::vector<std::uint8_t> buffer_;
  bool sentBefore_ = false;
  Micros lastSent_ = 0;
  Micros lastRepeat_ = 0;
  WorldReportStatistics statistics_;
};

}  // namespace mien
