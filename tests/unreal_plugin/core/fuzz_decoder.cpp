// libFuzzer: any bytes as a message, decoded, and taken in by a cast. Seeds: tests/bridge/golden.

#include "MienCore/Cast.h"
#include "MienCore/Decoder.h"
#include "sidecar.h"

#include <cstdlib>
#include <vector>

using namespace mien;

namespace {

std::size_t walk(NameList names) {
  std::size_t bytes = 0;
  std::size_t count = 0;
  for (std::string_view name; names.next(name); ++count) bytes += name.size();
  if (count != names.size()) std::abort();
  return bytes;
}

void decodeAll(const Envelope& envelope) {
  FaceFrame frame;
  if (decode(envelope, frame).ok()) {
    for (std::size_t i = 0; i < frame.face.size(); ++i) {
      if (!(frame.face[i] >= -3.1415928F && frame.face[i] <= 3.1415928F)) std::abort();
    }
    for (std::size_t i = 0; i < frame.affect.size(); ++i) {
      if (!(frame.affect[i] >= 0 && frame.affect[i] <= 1)) std::abort();
    }
  }
  Hello hello;
  if (decode(envelope, hello).ok()) {
    walk(hello.emotions);
    walk(hello.characters);
    walk(hello.face);
    walk(hello.rules);
  }
  Activity activity;
  if (decode(envelope, activity).ok()) {
    for (std::size_t i = 0; i < activity.intensity.size(); ++i) {
      if (!(activity.intensity[i] >= 0 && activity.intensity[i] <= 1)) std::abort();
    }
  }
  BehaviorEvent behavior;
  if (decode(envelope, behavior).ok() && behavior.speech.size() > kMaxText) std::abort();
  Status status;
  (void)decode(envelope, status);
}

/// The same map behind a wider head takes the long way through `open`: both ways have to agree.
void compareWays(const std::uint8_t* data, std::size_t size, bool usual, const Envelope& envelope) {
  if (size == 0 || (data[0] & 0xF0U) != 0x80) return;
  std::vector<std::uint8_t> wide = {0xDE, 0, static_cast<std::uint8_t>(data[0] & 0x0FU)};
  wide.insert(wide.end(), data + 1, data + size);
  Envelope other;
  if (open({wide.data(), wide.size()}, other).ok() != usual) std::abort();
  if (!usual) return;
  FaceFrame a;
  FaceFrame b;
  const bool ok = decode(envelope, a).ok();
  if (envelope.kind != other.kind || decode(other, b).ok() != ok) std::abort();
  if (ok && (a.t != b.t || a.seq != b.seq || a.characters != b.characters || a.face.size() != b.face.size())) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  Envelope envelope;
  const bool usual = open({data, size}, envelope).ok();
  if (usual) decodeAll(envelope);
  compareWays(data, size, usual, envelope);
  // To a cast that knows the names of the golden faces, as a frame and then as a hello.
  static const sidecar::Bytes hello = [] {
    sidecar::Hello names;
    names.generation = 3;
    names.emotions.assign(7, "emotion");
    names.rules = {"comfort", "startle", "wave"};
    return encode(names);
  }();
  Cast cast{PlayoutOptions()};
  Micros now = kSecond;
  cast.receive(sidecar::span(hello), now, 1);
  for (int i = 0; i < 3; ++i) {
    cast.receive({data, size}, now, 1);
    cast.update(now += kSecond / 60);
  }
  return 0;
}
