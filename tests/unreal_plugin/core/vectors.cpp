// Lets Python hold the codec to the golden vectors.
//
//   vectors decode FILE...                                   one line of JSON each, or "error NAME FIELD"
//   vectors world T [ID X Y Z HEADING LOOKS_AT]...           the encoded message in hexadecimal; likewise:
//   vectors object T ID NAME PRESENT [LEVEL VALUE]...
//   vectors event T NAME SUBJECT OBJECT INTENSITY
//   vectors relations T [ID WHOM LIKING]...
//   vectors interest T GAME [ID EVERY]...

#include "MienCore/Decoder.h"
#include "MienCore/Encoder.h"

#include <cinttypes>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>
#include <vector>

using namespace mien;

namespace {

void print(const char* key, std::string_view text) {
  std::printf(",\"%s\":\"", key);
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte < 0x20 || c == '"' || c == '\\') {
      std::printf("\\u%04x", byte);
    } else {
      std::putchar(c);
    }
  }
  std::putchar('"');
}

void print(const char* key, std::uint64_t number) { std::printf(",\"%s\":%" PRIu64, key, number); }

template <typename T>
void print(const char* key, Block<T> block) {
  std::printf(",\"%s\":[", key);
  for (std::size_t i = 0; i < block.size(); ++i) std::printf("%s%.17g", i > 0 ? "," : "", static_cast<double>(block[i]));
  std::putchar(']');
}

void print(const char* key, NameList names) {
  std::printf(",\"%s\":[null", key);
  for (std::string_view name; names.next(name);) {
    std::string text(name);
    std::printf(",\"%s\"", text.c_str());
  }
  std::putchar(']');
}

void print(const FaceFrame& frame) {
  std::printf("{\"kind\":\"face\"");
  print("t", frame.t);
  print("seq", frame.seq);
  print("generation", std::uint64_t{frame.generation});
  print("captured", frame.captured);
  print("ids", frame.ids);
  print("affect", frame.affect);
  print("face", frame.face);
  std::puts("}");
}

void print(const Hello& hello) {
  std::printf("{\"kind\":\"hello\"");
  print("t", hello.t);
  print("session", hello.session);
  print("generation", std::uint64_t{hello.generation});
  print("clock", hello.clock);
  print("wall", hello.wall);
  print("rate", std::uint64_t{hello.rate});
  print("emotions", hello.emotions);
  print("pad", hello.pad);
  print("ids", hello.ids);
  print("characters", hello.characters);
  print("face", hello.face);
  print("rules", hello.rules);
  std::puts("}");
}

void print(const Activity& activity) {
  std::printf("{\"kind\":\"activity\"");
  print("t", activity.t);
  print("ids", activity.ids);
  print("intensity", activity.intensity);
  std::puts("}");
}

void print(const BehaviorEvent& event) {
  std::printf("{\"kind\":\"behavior\"");
  print("t", event.t);
  print("character", std::uint64_t{event.character});
  print("rule", event.rule);
  print("phase", event.started ? std::string_view("started") : std::string_view("ended"));
  print("reason", event.reason);
  print("inflicter", std::uint64_t{event.inflicter});
  print("target", std::uint64_t{event.target});
  std::printf(",\"intensity\":%.17g", static_cast<double>(event.intensity));
  print("expression", event.expression);
  print("gaze", event.gaze);
  print("gesture", event.gesture);
  print("speech", event.speech);
  std::puts("}");
}

void print(const Status& status) {
  std::printf("{\"kind\":\"status\"");
  print("t", status.t);
  print("origin", status.origin);
  print("notice", status.notice);
  std::puts("}");
}

template <typename Message>
DecodeStatus decodeAndPrint(const Envelope& envelope) {
  Message message;
  const DecodeStatus status = decode(envelope, message);
  if (status.ok()) print(message);
  return status;
}

DecodeStatus show(ByteSpan bytes) {
  Envelope envelope;
  const DecodeStatus status = open(bytes, envelope);
  if (!status.ok()) return status;
  switch (envelope.kind) {
    case MessageKind::Face: return decodeAndPrint<FaceFrame>(envelope);
    case MessageKind::Hello: return decodeAndPrint<Hello>(envelope);
    case MessageKind::Activity: return decodeAndPrint<Activity>(envelope);
    case MessageKind::Behavior: return decodeAndPrint<BehaviorEvent>(envelope);
    case MessageKind::Status: return decodeAndPrint<Status>(envelope);
    default: std::puts("passed over"); return {};
  }
}

/// Bytes that end where the allocation does, so that a sanitizer sees a read beyond.
std::vector<std::uint8_t> read(const char* path) {
  std::vector<std::uint8_t> bytes;
  std::FILE* const file = std::fopen(path, "rb");
  if (file == nullptr) std::exit(2);
  std::uint8_t chunk[4096];
  for (std::size_t size = 0; (size = std::fread(chunk, 1, sizeof(chunk), file)) > 0;) {
    bytes.insert(bytes.end(), chunk, chunk + size);
  }
  std::fclose(file);
  bytes.shrink_to_fit();
  return bytes;
}

std::uint32_t id(const char* text) { return static_cast<std::uint32_t>(std::strtoul(text, nullptr, 10)); }
float real(const char* text) { return std::strtof(text, nullptr); }

std::size_t encode(int count, char** arguments, MutableBytes room) {
  const std::string kind = arguments[1];
  const Micros t = std::strtoll(arguments[2], nullptr, 10);
  if (kind == "world") {
    std::vector<Place> places;
    for (char** at = arguments + 3; at + 6 <= arguments + count; at += 6) {
      places.push_back({id(at[0]), {real(at[1]), real(at[2]), real(at[3])}, real(at[4]), id(at[5])});
    }
    return encodeWorld(t, places.data(), places.size(), room);
  }
  if (kind == "object") {
    std::vector<Level> levels;
    for (char** at = arguments + 6; at + 2 <= arguments + count; at += 2) {
      levels.push_back({at[0], std::strtod(at[1], nullptr)});
    }
    const bool present = std::strcmp(arguments[5], "1") == 0;
    return encodeSmartObject(t, id(arguments[3]), arguments[4], present, levels.data(), levels.size(), room);
  }
  if (kind == "relations") {
    std::vector<Regard> regards;
    for (char** at = arguments + 3; at + 3 <= arguments + count; at += 3) {
      regards.push_back({id(at[0]), id(at[1]), real(at[2])});
    }
    return encodeRelations(t, regards.data(), regards.size(), room);
  }
  if (kind == "interest") {
    std::vector<Wish> wishes;
    for (char** at = arguments + 4; at + 2 <= arguments + count; at += 2) {
      wishes.push_back({id(at[0]), static_cast<std::uint8_t>(id(at[1]))});
    }
    return encodeInterest(t, id(arguments[3]), wishes.data(), wishes.size(), room);
  }
  return encodeGameEvent(t, arguments[3], id(arguments[4]), id(arguments[5]), std::strtod(arguments[6], nullptr), room);
}

}  // namespace

int main(int count, char** arguments) {
  if (count < 2) return 2;
  if (std::strcmp(arguments[1], "decode") == 0) {
    for (int i = 2; i < count; ++i) {
      const std::vector<std::uint8_t> bytes = read(arguments[i]);
      const DecodeStatus status = show({bytes.data(), bytes.size()});
      if (!status.ok()) std::printf("error %s %s\n", name(status.error), status.field);
    }
    return 0;
  }
  std::vector<std::uint8_t> room(1U << 20U);
  const std::size_t size = encode(count, arguments, {room.data(), room.size()});
  for (std::size_t i = 0; i < size; ++i) std::printf("%02x", room[i]);
  std::puts("");
  return size > 0 ? 0 : 1;
}
