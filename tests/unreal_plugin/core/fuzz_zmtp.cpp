// libFuzzer: any bytes from the other side, in pieces of any size. The first two bytes choose the socket and the
// pieces; every second input begins with a good handshake, which no fuzzer finds in a few seconds.

#include "MienCore/Zmtp.h"
#include "sidecar.h"

#include <algorithm>
#include <cstdlib>

using namespace mien;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 2) return 0;
  const bool push = (data[0] & 1U) != 0;
  ZmtpOptions options;
  options.maxMessage = 4096;
  options.maxOutput = 8192;
  ZmtpSession session(push ? SocketType::Push : SocketType::Sub, options);
  session.subscribe("face");
  session.start(0);
  sidecar::Bytes bytes = (data[0] & 2U) != 0 ? sidecar::handshake(push ? "PULL" : "PUB") : sidecar::Bytes();
  bytes.insert(bytes.end(), data + 2, data + size);
  const std::size_t piece = std::size_t{data[1]} + 1;
  Micros now = 0;
  for (std::size_t at = 0; at < bytes.size();) {
    const MutableBytes room = session.receiveSpace();
    const std::size_t count = std::min({piece, room.size, bytes.size() - at});
    if (count == 0) std::abort();
    std::memcpy(room.data, bytes.data() + at, count);
    at += count;
    session.received(count, now += kMillisecond);
    for (bool more = true; more;) {
      ByteSpan message;
      switch (session.next(message)) {
        case ZmtpSession::Event::Message:
          if (message.size > options.maxMessage) std::abort();
          session.send(message);
          break;
        case ZmtpSession::Event::Skipped: break;
        case ZmtpSession::Event::None: more = false; break;
        case ZmtpSession::Event::Failed: return 0;
      }
    }
    session.tick(now);
    if (session.pendingOutput().size > options.maxOutput) std::abort();
    if ((data[0] & 4U) != 0) session.sent(session.pendingOutput().size / 2);
  }
  return 0;
}
