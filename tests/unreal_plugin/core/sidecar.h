#pragma once

// What a sidecar says, for tests: messages as bytes, ZMTP frames, and a stream in memory to say it on.

#include "MienCore/ByteStream.h"
#include "MienCore/Messages.h"

#include <algorithm>
#include <cstring>
#include <string>
#include <vector>

namespace sidecar {

using Bytes = std::vector<std::uint8_t>;

inline Bytes operator+(Bytes a, const Bytes& b) {
  a.insert(a.end(), b.begin(), b.end());
  return a;
}
inline Bytes bytes(std::string_view text) { return {text.begin(), text.end()}; }
inline mien::ByteSpan span(const Bytes& bytes) { return {bytes.data(), bytes.size()}; }

// --- messages

struct Face {
  mien::Micros t = 1000000;
  std::uint64_t seq = 1;
  std::uint32_t generation = 1;
  std::vector<std::uint32_t> ids = {16, 17};
  float value = 0.5F;  // of every column of every character
  std::size_t emotions = 2;
};

struct Hello {
  std::string session = "tavern";
  std::uint32_t generation = 1;
  std::vector<std::uint32_t> ids = {16, 17};
  std::vector<std::string> names = {"Anna", "Bert"};
  std::vector<std::string> emotions = {"joy", "anger"};
  std::uint16_t rate = 60;
  std::vector<std::string> rules = {};
};

struct Activity {
  std::vector<std::uint32_t> ids = {16, 17};
  std::vector<float> intensity;  // by character, then rule
};

/// msgpack, written anew here so that the product's writer is not its own judge.
class Packer {
 public:
  explicit Packer(std::size_t entries) : bytes{0xDE, 0, static_cast<std::uint8_t>(entries)} {}

  Packer& number(const char* key, std::uint64_t value) {
    text(key);
    add(0xCF, value, 8);
    return *this;
  }
  Packer& text(const char* key, std::string_view value) {
    text(key);
    text(value);
    return *this;
  }
  Packer& list(const char* key, const std::vector<std::string>& names) {
    text(key);
    add(0xDC, names.size(), 2);
    for (const std::string& name : names) text(name);
    return *this;
  }
  template <typename T>
  Packer& block(const char* key, const std::vector<T>& values) {
    text(key);
    add(0xC6, values.size() * sizeof(T), 4);
    const auto* const start = reinterpret_cast<const std::uint8_t*>(values.data());
    bytes.insert(bytes.end(), start, start + values.size() * sizeof(T));
    return *this;
  }

  Bytes bytes;

 private:
  void add(std::uint8_t code, std::uint64_t value, int size) {
    bytes.push_back(code);
    for (int shift = 8 * (size - 1); shift >= 0; shift -= 8) bytes.push_back(static_cast<std::uint8_t>(value >> shift));
  }
  void text(std::string_view value) {
    add(0xDA, value.size(), 2);
    bytes.insert(bytes.end(), value.begin(), value.end());
  }
};

inline Bytes encode(const Face& face) {
  Packer packer(11);
  packer.number("mien", 1).text("kind", "face").number("N", face.ids.size()).number("M", face.emotions);
  packer.number("t", static_cast<std::uint64_t>(face.t)).number("seq", face.seq);
  packer.number("generation", face.generation).number("captured", 0).block("ids", face.ids);
  packer.block("affect", std::vector<float>(face.ids.size() * 2 * face.emotions, face.value));
  packer.block("face", std::vector<float>(face.ids.size() * mien::kFace, face.value));
  return packer.bytes;
}

inline Bytes encode(const Hello& hello) {
  Packer packer(17);
  packer.number("mien", 1).text("kind", "hello").number("M", hello.emotions.size()).number("N", hello.ids.size());
  packer.number("R", hello.rules.size()).number("t", 1).text("session", hello.session).number("generation", hello.generation);
  packer.text("clock", "c").number("wall", 1).number("rate", hello.rate).list("emotions", hello.emotions);
  packer.list("characters", hello.names).list("face", std::vector<std::string>(mien::kFace, "shape"));
  packer.list("rules", hello.rules).block("pad", std::vector<float>(hello.emotions.size() * 3)).block("ids", hello.ids);
  return packer.bytes;
}

inline Bytes encode(const Activity& activity) {
  Packer packer(7);
  packer.number("mien", 1).text("kind", "activity").number("N", activity.ids.size());
  packer.number("R", activity.intensity.size() / activity.ids.size()).number("t", 1).block("ids", activity.ids);
  return packer.block("intensity", activity.intensity).bytes;
}

inline Bytes encodeBehavior(std::string_view rule, std::string_view speech = "") {
  Packer packer(14);
  packer.number("mien", 1).text("kind", "behavior").number("t", 1).number("character", 16).text("rule", rule);
  packer.text("phase", "started").text("reason", "selected").number("inflicter", 16).number("target", 0);
  packer.number("intensity", 1).text("expression", "").text("gaze", "").text("gesture", "").text("speech", speech);
  return packer.bytes;
}

inline Bytes encodeNotice(std::string_view notice) {
  Packer packer(8);
  packer.number("mien", 1).text("kind", "status").number("t", 1).text("origin", "director").text("clock", "");
  // two empty maps
  Bytes rest = packer.text("notice", notice).bytes;
  for (const std::string key : {"counters", "levels"}) {
    rest.push_back(static_cast<std::uint8_t>(0xA0 + key.size()));
    rest.insert(rest.end(), key.begin(), key.end());
    rest.push_back(0x80);
  }
  return rest;
}

// --- ZMTP

inline Bytes greeting(std::uint8_t minor = 1, std::string_view mechanism = "NULL") {
  Bytes out(64);
  out[0] = 0xFF;
  out[9] = 0x7F;
  out[10] = 3;
  out[11] = minor;
  std::copy(mechanism.begin(), mechanism.end(), out.begin() + 12);
  return out;
}

inline Bytes frame(std::uint8_t flags, const Bytes& body) {
  Bytes head = {flags, static_cast<std::uint8_t>(body.size())};
  if (body.size() > 255) {
    head = Bytes(9);
    head[0] = static_cast<std::uint8_t>(flags | 2U);
    for (std::size_t i = 0; i < 8; ++i) head[8 - i] = static_cast<std::uint8_t>(std::uint64_t{body.size()} >> (8 * i));
  }
  return head + body;
}

inline Bytes message(const Bytes& body) { return frame(0, body); }

inline Bytes command(std::string_view name, const Bytes& body = {}) {
  return frame(4, Bytes{static_cast<std::uint8_t>(name.size())} + bytes(name) + body);
}

inline Bytes ready(std::string_view type) {
  return command("READY", Bytes{11} + bytes("Socket-Type") + Bytes{0, 0, 0, static_cast<std::uint8_t>(type.size())} +
                              bytes(type));
}

inline Bytes handshake(std::string_view type = "XPUB") { return greeting() + ready(type); }

// --- a stream

class Stream final : public mien::ByteStream {
 public:
  bool listening = true;       // whether connecting succeeds
  std::size_t atOnce = ~std::size_t{0};  // most bytes of one read
  Bytes incoming;              // that the client has yet to read
  Bytes outgoing;              // that it has written
  int opened = 0;

  void open() override {
    ++opened;
    incoming.clear();
    outgoing.clear();
    state_ = listening ? mien::StreamState::Open : mien::StreamState::Closed;
  }
  mien::StreamState state() override { return state_; }
  std::size_t read(mien::MutableBytes room) override {
    if (state_ != mien::StreamState::Open) return 0;
    const std::size_t size = std::min({incoming.size(), room.size, atOnce});
    std::copy_n(incoming.begin(), size, room.data);
    incoming.erase(incoming.begin(), incoming.begin() + static_cast<std::ptrdiff_t>(size));
    return size;
  }
  std::size_t write(mien::ByteSpan data) override {
    if (state_ != mien::StreamState::Open) return 0;
    outgoing.insert(outgoing.end(), data.data, data.data + data.size);
    return data.size;
  }
  void wait(mien::Micros) override {}
  void close() override { state_ = mien::StreamState::Closed; }

  void say(const Bytes& more) { incoming = incoming + more; }
  bool heard(const Bytes& part) const {
    return std::search(outgoing.begin(), outgoing.end(), part.begin(), part.end()) != outgoing.end();
  }

 private:
  mien::StreamState state_ = mien::StreamState::Closed;
};

}  // namespace sidecar
