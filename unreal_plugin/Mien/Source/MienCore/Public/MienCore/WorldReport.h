#pragma once

#include "MienCore/Encoder.h"
#include "MienCore/Export.h"
#include "MienCore/MessageQueue.h"

#include <string>
#include <vector>

namespace mien {

struct WorldReportOptions {
  Micros interval = 50 * kMillisecond;     ///< between world messages: 20 Hz
  Micros repeat = 5 * kSecond;             ///< everything is said again so often, in case something got lost
  std::size_t maxEntities = 4096;          ///< with a place, and again as many smart objects
  std::size_t entitiesPerMessage = 1024;
};

struct WorldReportStatistics {
  std::uint64_t messages = 0;  ///< handed to the queue
  std::uint64_t refused = 0;   ///< calls with values out of range, or beyond `maxEntities`
  std::uint64_t dropped = 0;   ///< events for which the queue had no room
};

/// What the game tells the sidecar. Keeps the newest place of each entity and state of each smart object, sends
/// what changed at a limited rate, and everything when the sidecar is new. Bounded; does not allocate once every
/// entity is known.
class MIENCORE_API WorldReport {
 public:
  explicit WorldReport(const WorldReportOptions& options);

  /// Each returns false, counted, when a value is out of its range or there is no room.
  bool place(const Place& place);
  bool object(std::uint32_t id, std::string_view name, bool present, const Level* state, std::size_t levels);
  bool event(Micros now, std::string_view name, std::uint32_t subject, std::uint32_t object, double intensity,
             MessageQueue& out);

  /// Everything is to be sent again: another sidecar listens.
  void repeatAll();
  /// Sends what is due. What finds no room in the queue stays due.
  void send(Micros now, MessageQueue& out);

  const WorldReportStatistics& statistics() const { return statistics_; }

  /// `MessageQueue::Message::stream` of events, which are not worth sending late; 0 marks the other messages.
  static constexpr std::uint32_t kEvent = 1;

 private:
  struct Entity {
    Place place;
    bool due = true;
  };
  struct Object {
    std::uint32_t id;
    std::string name;
    bool present;
    std::vector<std::pair<std::string, double>> state;
    bool due = true;
  };

  bool sendPlaces(Micros now, MessageQueue& out);
  bool sendObjects(Micros now, MessageQueue& out);
  bool push(Micros now, std::size_t size, std::uint32_t stream, MessageQueue& out);
  bool refuse() { return ++statistics_.refused, false; }
  MutableBytes room() { return {buffer_.data(), buffer_.size()}; }

  const WorldReportOptions options_;
  std::vector<Entity> entities_;  // by id
  std::vector<Object> objects_;   // by id
  std::vector<Place> due_;
  std::vector<Level> levels_;
  std::vector<std::uint8_t> buffer_;
  bool sentBefore_ = false;
  Micros lastSent_ = 0;
  Micros lastRepeat_ = 0;
  WorldReportStatistics statistics_;
};

}  // namespace mien
