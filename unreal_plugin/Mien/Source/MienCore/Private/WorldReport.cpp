#include "MienCore/WorldReport.h"

#include <algorithm>
#include <cstring>
#include <utility>

namespace mien {

namespace {

/// A removal is told so often: once, and with the next repetitions of everything, in case it got lost.
constexpr int kFarewells = 3;

bool same(const Place& a, const Place& b) {
  return std::memcmp(a.position, b.position, sizeof(a.position)) == 0 &&
         std::memcmp(&a.heading, &b.heading, sizeof(a.heading)) == 0 && a.looksAt == b.looksAt;
}

bool same(const Regard& a, const Regard& b) { return std::memcmp(&a.liking, &b.liking, sizeof(a.liking)) == 0; }

std::uint64_t key(const Place& place) { return place.id; }
std::uint64_t key(const Regard& regard) { return std::uint64_t{regard.id} << 32U | regard.whom; }

/// Sets a row among rows kept in the order of their keys; false when there is no room for another.
template <typename Kept, typename Row>
bool keep(std::vector<Kept>& kept, const Row& row, std::size_t most) {
  const auto at = std::lower_bound(kept.begin(), kept.end(), key(row),
                                   [](const Kept& one, std::uint64_t wanted) { return key(one.row) < wanted; });
  if (at != kept.end() && key(at->row) == key(row)) {
    at->due = at->due || !same(at->row, row);
    at->row = row;
    return true;
  }
  if (kept.size() >= most) return false;
  kept.insert(at, Kept{row, true});
  return true;
}

}  // namespace

WorldReport::WorldReport(const WorldReportOptions& options) : options_(options) {
  const std::size_t rows = kWorldOverhead + options.entitiesPerMessage * std::max(kPlaceBytes, kRegardBytes);
  const std::size_t wishes = kWorldOverhead + std::min(options.maxEntities, kMaxEntities) * kWishBytes;
  buffer_.resize(std::max({rows, wishes, kMaxObjectBytes}));
  duePlaces_.reserve(options.entitiesPerMessage);
  dueRegards_.reserve(options.entitiesPerMessage);
  levels_.reserve(kMaxEntries);
}

bool WorldReport::place(const Place& place) {
  if (encodeWorld(0, &place, 1, room()) == 0) return refuse();
  return keep(places_, place, options_.maxEntities) || refuse();
}

bool WorldReport::relation(const Regard& regard) {
  if (encodeRelations(0, &regard, 1, room()) == 0 || regard.id == regard.whom) return refuse();
  return keep(regards_, regard, options_.maxEntities) || refuse();
}

bool WorldReport::interest(const Wish& wish) {
  const auto at = std::lower_bound(wishes_.begin(), wishes_.end(), wish.id,
                                   [](const Wish& one, std::uint32_t id) { return one.id < id; });
  const bool known = at != wishes_.end() && at->id == wish.id;
  if (!known && wishes_.size() >= std::min(options_.maxEntities, kMaxEntities)) return refuse();
  wishesDue_ = wishesDue_ || !known || at->every != wish.every;
  if (known) {
    *at = wish;
  } else {
    wishes_.insert(at, wish);
  }
  return true;
}

bool WorldReport::object(std::uint32_t id, std::string_view name, bool present, const Level* state,
                         std::size_t levels) {
  if (encodeSmartObject(0, id, name, present, state, levels, room()) == 0) return refuse();
  auto at = std::lower_bound(objects_.begin(), objects_.end(), id,
                             [](const Object& object, std::uint32_t wanted) { return object.id < wanted; });
  if (at == objects_.end() || at->id != id) {
    if (!present) return true;  // nobody was told of it
    if (objects_.size() >= options_.maxEntities) return refuse();
    at = objects_.insert(at, Object{id, {}, present, {}});
  }
  bool changed = at->name != name || at->present != present || at->state.size() != levels;
  for (std::size_t i = 0; i < levels && !changed; ++i) {
    changed = at->state[i].first != state[i].name || at->state[i].second < state[i].value ||
              at->state[i].second > state[i].value;
  }
  if (!changed) return true;
  at->name.assign(name.data(), name.size());
  at->present = present;
  at->state.resize(levels);
  for (std::size_t i = 0; i < levels; ++i) {
    at->state[i].first.assign(state[i].name.data(), state[i].name.size());
    at->state[i].second = state[i].value;
  }
  at->due = true;
  at->farewells = 0;
  if (!present) forgetRemoved();
  return true;
}

bool WorldReport::event(Micros now, std::string_view name, std::uint32_t subject, std::uint32_t object,
                        double intensity, MessageQueue& out) {
  const std::size_t size = encodeGameEvent(now, name, subject, object, intensity, room());
  if (size == 0) return refuse();
  if (push(now, size, kEvent, out)) return true;
  ++statistics_.dropped;
  return false;
}

void WorldReport::repeatAll() {
  for (auto& place : places_) place.due = true;
  for (auto& regard : regards_) regard.due = true;
  for (Object& object : objects_) object.due = true;
  wishesDue_ = true;
}

void WorldReport::send(Micros now, MessageQueue& out) {
  if (now - lastRepeat_ >= options_.repeat) {
    lastRepeat_ = now;
    repeatAll();
  }
  if (!sendObjects(now, out)) return;
  if (sentBefore_ && now - lastSent_ < options_.interval) return;
  const auto world = [&](const Place* rows, std::size_t count) { return encodeWorld(now, rows, count, room()); };
  const auto relations = [&](const Regard* rows, std::size_t count) {
    return encodeRelations(now, rows, count, room());
  };
  if (!sendRows(now, places_, duePlaces_, world, out)) return;
  if (!sendRows(now, regards_, dueRegards_, relations, out)) return;
  if (!sendWishes(now, out)) return;
  sentBefore_ = true;
  lastSent_ = now;
}

template <typename Row, typename Encode>
bool WorldReport::sendRows(Micros now, std::vector<Kept<Row>>& kept, std::vector<Row>& due, Encode encode,
                           MessageQueue& out) {
  for (std::size_t next = 0; next < kept.size();) {
    due.clear();
    const std::size_t first = next;
    for (; next < kept.size() && due.size() < options_.entitiesPerMessage; ++next) {
      if (kept[next].due) due.push_back(kept[next].row);
    }
    if (due.empty()) return true;
    if (!push(now, encode(due.data(), due.size()), 0, out)) return false;
    for (std::size_t i = first; i < next; ++i) kept[i].due = false;
  }
  return true;
}

bool WorldReport::sendObjects(Micros now, MessageQueue& out) {
  bool removed = false;
  for (Object& object : objects_) {
    if (!object.due) continue;
    levels_.clear();
    for (const auto& [name, value] : object.state) levels_.push_back({name, value});
    const std::size_t size =
        encodeSmartObject(now, object.id, object.name, object.present, levels_.data(), levels_.size(), room());
    if (!push(now, size, 0, out)) return false;
    object.due = false;
    object.known = true;
    object.farewells += object.present ? 0 : 1;
    removed = removed || !object.present;
  }
  if (removed) forgetRemoved();
  return true;
}

bool WorldReport::sendWishes(Micros now, MessageQueue& out) {
  if (!wishesDue_) return true;
  if (!push(now, encodeInterest(now, options_.game, wishes_.data(), wishes_.size(), room()), 0, out)) return false;
  wishesDue_ = false;
  return true;
}

void WorldReport::forgetRemoved() {
  const auto done = [](const Object& object) {
    return !object.present && (!object.known || object.farewells >= kFarewells);
  };
  const auto gone = [&](const Kept<Place>& place) {
    const auto at = std::lower_bound(objects_.begin(), objects_.end(), place.row.id,
                                     [](const Object& object, std::uint32_t id) { return object.id < id; });
    return at != objects_.end() && at->id == place.row.id && !at->present;
  };
  places_.erase(std::remove_if(places_.begin(), places_.end(), gone), places_.end());
  objects_.erase(std::remove_if(objects_.begin(), objects_.end(), done), objects_.end());
}

bool WorldReport::push(Micros now, std::size_t size, std::uint32_t stream, MessageQueue& out) {
  if (size == 0 || !out.push({{buffer_.data(), size}, now, stream})) return false;
  ++statistics_.messages;
  return true;
}

}  // namespace mien
