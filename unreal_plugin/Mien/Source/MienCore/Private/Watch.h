#pragma once

#include "MienCore/Client.h"

namespace mien {

/// Turns statistics into lines for the log: each condition once when it begins, and once when it ends.
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
  };

  void lookAt(std::size_t channel, const ChannelStatistics& now);
  void lookForNames(Micros now, const ClientStatistics& statistics, bool names);
  void lookForFaces(const ClientStatistics& statistics, const Cast& cast);

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
};

}  // namespace mien
