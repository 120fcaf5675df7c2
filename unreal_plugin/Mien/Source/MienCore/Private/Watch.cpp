#include "Watch.h"

namespace mien {

namespace {

constexpr Micros kPause = 2 * kSecond;  // between two looks: the game stood still

constexpr const char* kNames[kChannels] = {"state", "events", "game"};

const char* reason(LinkError link, ZmtpError zmtp) {
  switch (link) {
    case LinkError::NobodyListens: return "nobody listens there yet; trying on";
    case LinkError::Closed: return "the sidecar closed the connection; trying on";
    default: break;
  }
  switch (zmtp) {
    case ZmtpError::NotZmtp: return "something else than the sidecar listens on this port";
    case ZmtpError::Version: return "the other side speaks ZMTP before 3.0";
    case ZmtpError::Mechanism: return "the other side wants encryption, which this side does not speak: run mien relay on this machine";
    case ZmtpError::SocketType: return "this is the port of another channel";
    case ZmtpError::Refused: return "the other side refused the connection";
    case ZmtpError::BadFrame: return "the other side broke the ZMTP protocol";
    case ZmtpError::TooLong: return "the other side announced a message beyond all limits";
    case ZmtpError::HandshakeTimeout: return "connected, but the other side says nothing";
    case ZmtpError::HeartbeatTimeout: return "the other side fell silent";
    case ZmtpError::None: break;
  }
  return "the connection failed";
}

}  // namespace

void Watch::look(Micros now, const ClientStatistics& statistics, const Cast& cast) {
  for (std::size_t channel = 0; channel < kChannels; ++channel) lookAt(channel, statistics.channels[channel]);
  lookForPause(now);
  lookForNames(now, statistics, cast.named());
  lookForFaces(statistics, cast);
}

void Watch::lookAt(std::size_t channel, const ChannelStatistics& now) {
  Seen& seen = seen_[channel];
  const bool failed = now.failures != seen.failures;
  const bool another = now.linkError != seen.linkError || now.zmtpError != seen.zmtpError;
  if (failed && (another || seen.connected)) {
    notices_.post(Notice::Level::Warning, "%s channel: %s", kNames[channel], reason(now.linkError, now.zmtpError));
    seen.linkError = now.linkError;
    seen.zmtpError = now.zmtpError;
  }
  if (now.connected && (!seen.connected || failed)) {
    notices_.post(Notice::Level::Info, "%s channel: connected", kNames[channel]);
    seen.linkError = LinkError::None;
    seen.zmtpError = ZmtpError::None;
  }
  if (now.skipped != 0 && !seen.skipped) {
    seen.skipped = true;
    notices_.post(Notice::Level::Warning, "%s channel: a message that was too long, or in several parts, was skipped",
                  kNames[channel]);
  }
  seen.connected = now.connected;
  seen.failures = now.failures;
}

void Watch::lookForNames(Micros now, const ClientStatistics& statistics, bool names) {
  const ChannelStatistics& state = statistics.channels[static_cast<std::size_t>(Channel::State)];
  if (state.connections != connections_ || !state.connected) {
    connections_ = state.connections;
    connectedSince_ = now;
    toldMissingHello_ = toldVersion_ = toldMalformed_ = false;
  }
  const CastStatistics& cast = statistics.cast;
  if (cast.versions != versions_ && !toldVersion_) {
    toldVersion_ = true;
    notices_.post(Notice::Level::Warning, "the sidecar speaks another version of the protocol than %d: update it or this",
                  static_cast<int>(kProtocolVersion));
  }
  const bool other = cast.malformed - malformed_ > cast.versions - versions_;
  if (other && !toldMalformed_) {
    toldMalformed_ = true;
    notices_.post(Notice::Level::Warning, "a malformed message was dropped: %s %s", name(cast.lastError), cast.lastField);
  }
  versions_ = cast.versions;
  malformed_ = cast.malformed;
  if (statistics.malformedEvents != 0 && malformedEvents_ == 0) {
    notices_.post(Notice::Level::Warning, "a malformed event was dropped");
  }
  malformedEvents_ = statistics.malformedEvents;
  if (state.connected && !names && !toldMissingHello_ && now - connectedSince_ >= helloTimeout_) {
    toldMissingHello_ = true;
    notices_.post(Notice::Level::Warning, "connected, but no names came: is this the sidecar's state port?");
  }
}

void Watch::lookForFaces(const ClientStatistics& statistics, const Cast& cast) {
  if (statistics.cast.hellos != hellos_) {
    hellos_ = statistics.cast.hellos;
    notices_.post(Notice::Level::Info, "session %s: %d characters", cast.session().c_str(), static_cast<int>(cast.size()));
    lookAtNames(cast);
  }
  if (statistics.receiving == receiving_) return;
  receiving_ = statistics.receiving;
  if (receiving_) {
    notices_.post(Notice::Level::Info, "faces arrive");
  } else {
    notices_.post(Notice::Level::Warning, "no faces arrive any more; they go to neutral");
  }
}

void Watch::lookAtNames(const Cast& cast) {
  int renamed = 0;
  std::size_t first = 0;
  for (std::size_t i = 0; i < cast.size(); ++i) {
    if (cast.name(i) == cast.subject(i)) continue;
    if (renamed == 0) first = i;
    ++renamed;
  }
  if (renamed == 0) return;
  notices_.post(Notice::Level::Warning,
                "%d of %d names cannot be subjects as they are (empty, None, or equal but for case): character %u goes by \"%s\"",
                renamed, static_cast<int>(cast.size()), static_cast<unsigned>(cast.id(first)), cast.subject(first).c_str());
}

void Watch::lookForPause(Micros now) {
  if (lastLook_ != 0 && now - lastLook_ > kPause) {
    notices_.post(Notice::Level::Info, "the game stood still for %d s; it goes on with the newest faces",
                  static_cast<int>((now - lastLook_) / kSecond));
  }
  lastLook_ = now;
}

}  // namespace mien
