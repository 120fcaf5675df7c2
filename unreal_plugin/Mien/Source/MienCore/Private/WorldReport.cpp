#include "MienCore/WorldReport.h"

#include <algorithm>
#include <cstring>
#include <utility>

namespace mien {

namespace {

bool same(const Place& a, const Place& b) {
  return std::memcmp(a.position, b.position, sizeof(a.position)) == 0 &&
         std::memcmp(&a.heading, &b.heading, sizeof(a.heading)) == 0 && a.looksAt == b.looksAt;
}

}  // namespace

WorldReport::WorldReport(const WorldReportOptions& options) : options_(options) {
  const std::size_t world = kWorldOverhead + options.entitiesPerMessage * kPlaceBytes;
  buffer_.resize(std::max(world, kMaxObjectBytes));
  due_.reserve(options.entitiesPerMessage);
  levels_.reserve(kMaxEntries);
}

bool WorldReport::place(const Place& place) {
  if (encodeWorld(0, &place, 1, room()) == 0) return refuse();
  const auto at = std::lower_bound(entities_.begin(), entities_.end(), place.id, [](const Entity& entity, std::uint32_t id) {
    return entity.place.id < id;
  });
  if (at != entities_.end() && at->place.id == place.id) {
    at->due = at->due || !same(at->place, place);
    at->place = place;
    return true;
  }
  if (entities_.size() >= options_.maxEntities) return refuse();
  entities_.insert(at, Entity{place, true});
  return true;
}

bool WorldReport::object(std::uint32_t id, std::string_view name, bool present, const Level* state,
                         std::size_t levels) {
  if (encodeSmartObject(0, id, name, present, state, levels, room()) == 0) return refuse();
  auto at = std::lower_bound(objects_.begin(), objects_.end(), id,
                             [](const Object& object, std::uint32_t wanted) { return object.id < wanted; });
  if (at == objects_.end() || at->id != id) {
    if (objects_.size() >= options_.maxEntities) return refuse();
    at = objects_.insert(at, Object{id, {}, present, {}, true});
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
  for (Entity& entity : entities_) entity.due = true;
  for (Object& object : objects_) object.due = true;
}

void WorldReport::send(Micros now, MessageQueue& out) {
  if (now - lastRepeat_ >= options_.repeat) {
    lastRepeat_ = now;
    repeatAll();
  }
  if (!sendObjects(now, out)) return;
  if (sentBefore_ && now - lastSent_ < options_.interval) return;
  if (!sendPlaces(now, out)) return;
  sentBefore_ = true;
  lastSent_ = now;
}

bool WorldReport::sendPlaces(Micros now, MessageQueue& out) {
  for (std::size_t next = 0; next < entities_.size();) {
    due_.clear();
    const std::size_t first = next;
    for (; next < entities_.size() && due_.size() < options_.entitiesPerMessage; ++next) {
      if (entities_[next].due) due_.push_back(entities_[next].place);
    }
    if (due_.empty()) return true;
    if (!push(now, encodeWorld(now, due_.data(), due_.size(), room()), 0, out)) return false;
    for (std::size_t i = first; i < next; ++i) entities_[i].due = false;
  }
  return true;
}

bool WorldReport::sendObjects(Micros now, MessageQueue& out) {
  for (Object& object : objects_) {
    if (!object.due) continue;
    levels_.clear();
    for (const auto& [name, value] : object.state) levels_.push_back({name, value});
    const std::size_t size =
        encodeSmartObject(now, object.id, object.name, object.present, levels_.data(), levels_.size(), room());
    if (!push(now, size, 0, out)) return false;
    object.due = false;
  }
  return true;
}

bool WorldReport::push(Micros now, std::size_t size, std::uint32_t stream, MessageQueue& out) {
  if (size == 0 || !out.push({{buffer_.data(), size}, now, stream})) return false;
  ++statistics_.messages;
  return true;
}

}  // namespace mien
