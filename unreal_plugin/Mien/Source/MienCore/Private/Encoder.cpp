#include "MienCore/Encoder.h"

#include "FloatBits.h"
#include "Msgpack.h"

#include <cstring>

namespace mien {

namespace {

using msgpack::Writer;

bool isTime(Micros t) { return t >= 0 && t <= kLatest; }

bool isName(std::string_view name) {
  return name.size() <= kMaxName &&
         msgpack::isUtf8({reinterpret_cast<const std::uint8_t*>(name.data()), name.size()});
}

bool isUnit(double number) { return bits::isFinite(number) && number >= 0 && number <= 1; }

bool isPlace(const Place& place) {
  return bits::isFinite(place.position[0]) && bits::isFinite(place.position[1]) && bits::isFinite(place.position[2]) &&
         bits::isFinite(place.heading);
}

void start(Writer& writer, std::size_t entries, const char* kind) {
  writer.map(entries);
  writer.text("mien");
  writer.number(kProtocolVersion);
  writer.text("kind");
  writer.text(kind);
}

void pair(Writer& writer, const char* key, std::uint64_t number) {
  writer.text(key);
  writer.number(number);
}

std::size_t sizeOf(const Writer& writer) { return writer.overflowed() ? 0 : writer.size(); }

bool isRegard(const Regard& regard) {
  return bits::isFinite(regard.liking) && regard.liking >= -1 && regard.liking <= 1;
}

/// Writes one member of each row as a block.
template <typename Row, typename Member>
void column(Writer& writer, const char* key, const Row* rows, std::size_t count, Member Row::*member) {
  writer.text(key);
  std::uint8_t* out = writer.binary(count * sizeof(Member));
  if (out == nullptr) return;
  for (std::size_t i = 0; i < count; ++i, out += sizeof(Member)) {
    std::memcpy(out, &(rows[i].*member), sizeof(Member));
  }
}

}  // namespace

std::size_t encodeWorld(Micros t, const Place* places, std::size_t count, MutableBytes room) {
  if (!isTime(t) || count > kMaxEntities) return 0;
  for (std::size_t i = 0; i < count; ++i) {
    if (!isPlace(places[i])) return 0;
  }
  Writer writer(room);
  start(writer, 8, "world");
  pair(writer, "K", count);
  pair(writer, "t", static_cast<std::uint64_t>(t));
  column(writer, "ids", places, count, &Place::id);
  column(writer, "position", places, count, &Place::position);
  column(writer, "heading", places, count, &Place::heading);
  column(writer, "looks_at", places, count, &Place::looksAt);
  return sizeOf(writer);
}

std::size_t encodeSmartObject(Micros t, std::uint32_t id, std::string_view name, bool present,
                              const Level* state, std::size_t levels, MutableBytes room) {
  if (!isTime(t) || !isName(name) || levels > kMaxEntries) return 0;
  Writer writer(room);
  start(writer, 7, "object");
  pair(writer, "t", static_cast<std::uint64_t>(t));
  pair(writer, "id", id);
  writer.text("name");
  writer.text(name);
  pair(writer, "present", present ? 1 : 0);
  writer.text("state");
  writer.map(levels);
  for (std::size_t i = 0; i < levels; ++i) {
    if (!isName(state[i].name) || !isUnit(state[i].value)) return 0;
    for (std::size_t other = 0; other < i; ++other) {
      if (state[other].name == state[i].name) return 0;  // a map that names a key twice is refused
    }
    writer.text(state[i].name);
    writer.real(state[i].value);
  }
  return sizeOf(writer);
}

std::size_t encodeGameEvent(Micros t, std::string_view name, std::uint32_t subject, std::uint32_t object,
                            double intensity, MutableBytes room) {
  if (!isTime(t) || !isName(name) || !isUnit(intensity)) return 0;
  Writer writer(room);
  start(writer, 7, "event");
  pair(writer, "t", static_cast<std::uint64_t>(t));
  writer.text("name");
  writer.text(name);
  pair(writer, "subject", subject);
  pair(writer, "object", object);
  writer.text("intensity");
  writer.real(intensity);
  return sizeOf(writer);
}

std::size_t encodeRelations(Micros t, const Regard* regards, std::size_t count, MutableBytes room) {
  if (!isTime(t) || count > kMaxEntities) return 0;
  for (std::size_t i = 0; i < count; ++i) {
    if (!isRegard(regards[i])) return 0;
  }
  Writer writer(room);
  start(writer, 7, "relations");
  pair(writer, "K", count);
  pair(writer, "t", static_cast<std::uint64_t>(t));
  column(writer, "ids", regards, count, &Regard::id);
  column(writer, "whom", regards, count, &Regard::whom);
  column(writer, "liking", regards, count, &Regard::liking);
  return sizeOf(writer);
}

std::size_t encodeInterest(Micros t, std::uint32_t game, const Wish* wishes, std::size_t count, MutableBytes room) {
  if (!isTime(t) || count > kMaxEntities) return 0;
  Writer writer(room);
  start(writer, 7, "interest");
  pair(writer, "K", count);
  pair(writer, "t", static_cast<std::uint64_t>(t));
  pair(writer, "game", game);
  column(writer, "ids", wishes, count, &Wish::id);
  column(writer, "every", wishes, count, &Wish::every);
  return sizeOf(writer);
}

}  // namespace mien
