#pragma once

#include "MienCore/Client.h"

namespace mien {

/// Turns statistics into lines for the log: each condition once when it begins, and once when it ends. A message that
/// is skipped or malformed is told of the first time only; the statistics count all.
class Watch {
 public:
  Watch(Micros helloTimeout, Notices& notices) : helloTimeout_(helloTimeout), notices_(notices) {}

  void look(Micros now, const ClientStatistics& statistics, const Cast& cast);

 private:
  struct Seen {
    bool connected = false;
    std::uint32_t failures = 0;
    LinkError linkError = LinkError::None;
    ZmtpError zmtpError = ZmtpError::None;
    bool skipped = false;
  };

  void lookAt(std::size_t channel, const ChannelStatistics& now);
  void lookForNames(Micros now, const ClientStatistics& statistics, bool names);
  void lookForFaces(const ClientStatistics& statistics, const Cast& cast);
  void lookAtNames(const Cast& cast);
  void lookForPause(Micros now);

  const Micros helloTimeout_;
  Notices& notices_;
  Seen seen_[kChannels];
  std::uint32_t connections_ = 0;
  std::uint64_t hellos_ = 0;
  std::uint64_t malformed_ = 0;
  std::uint64_t versions_ = 0;
  std::uint64_t malformedEvents_ = 0;
  Micros connectedSince_ = 0;
  bool toldMissingHello_ = false;  // these three on this connection
  bool toldVersion_ = false;
  bool toldMalformed_ = false;
  bool receiving_ = false;
  Micros lastLook_ = 0;
};

}  // namespace mien
