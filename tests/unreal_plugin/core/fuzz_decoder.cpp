// libFuzzer: any bytes as a message, decoded, and taken in by a cast. Seeds: tests/bridge/golden.

#include "MienCore/Cast.h"
#include "MienCore/Decoder.h"

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
  BehaviorEvent behavior;
  if (decode(envelope, behavior).ok() && behavior.speech.size() > kMaxText) std::abort();
  Status status;
  (void)decode(envelope, status);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  // The same bytes twice, and in two halves, so that a hello can precede a face.
  Envelope envelope;
  if (open({data, size}, envelope).ok()) decodeAll(envelope);
  Cast cast{PlayoutOptions()};
  const std::size_t half = size > 2 ? (std::size_t{data[0]} << 8 | data[1]) % size : 0;
  Micros now = kSecond;
  for (const ByteSpan message : {ByteSpan{data, size}, ByteSpan{data, half}, ByteSpan{data + half, size - half}}) {
    cast.receive(message, now, 1);
    cast.update(now += kSecond / 60);
  }
  return 0;
}
