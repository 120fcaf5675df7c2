#pragma once

#include "MienCore/Cast.h"
#include "MienCore/Connection.h"
#include "MienCore/Export.h"
#include "MienCore/Notices.h"
#include "MienCore/WorldReport.h"

#include <memory>

namespace mien {

/// The channels of PROTOCOL.md that a game uses.
enum class Channel : std::uint8_t { State, Events, Game };
constexpr std::size_t kChannels = 3;
constexpr std::uint16_t kDefaultPorts[kChannels] = {5570, 5571, 5572};

struct ClientOptions {
  PlayoutOptions playout;
  ConnectionOptions connection;             ///< `maxMessage` is the protocol's, whatever is said here
  WorldReportOptions world;
  std::size_t maxCharacters = Cast::kMaxCharacters;
  bool twoThreads = false;                  ///< `receive` runs on another thread than everything else
  std::size_t stateQueue = 32;              ///< messages between the threads
  std::size_t eventQueue = 1024;
  std::size_t gameQueue = 64;
  std::size_t queueBytes = 256U << 20U;     ///< most memory of each queue
  Micros lateEvent = 2 * kSecond;           ///< an event not sent after so long is not worth sending
  Micros helloTimeout = 3 * kSecond;        ///< connected for so long without names: say so
};

struct ChannelStatistics {
  bool connected = false;
  std::uint32_t connections = 0;  ///< one more than reconnections
  std::uint32_t failures = 0;     ///< attempts and connections that failed
  LinkError linkError = LinkError::None;
  ZmtpError zmtpError = ZmtpError::None;
  std::uint64_t messages = 0;     ///< that came, or went
  std::uint64_t dropped = 0;      ///< that this side had no room for, or that waited too long to go
  std::uint64_t skipped = 0;      ///< too long, or in several parts
};

struct ClientStatistics {
  ChannelStatistics channels[kChannels];
  CastStatistics cast;
  WorldReportStatistics world;
  std::uint64_t malformedEvents = 0;
  bool receiving = false;  ///< a face came within `PlayoutOptions::hold`
};

/// Sees every hello and face frame on the thread that receives, before it is queued: for engines that buffer and
/// interpolate themselves, such as Live Link. Decode it with `Decoder.h`, or give it to a `Cast` of your own.
class MIENCORE_API StateTap {
 public:
  virtual ~StateTap() = default;
  /// `connection` numbers the connections, as in `Cast::receive`.
  virtual void onState(const Envelope& envelope, Micros arrival, std::uint32_t connection) = 0;
};

/// A game's end of the bridge.
///
/// It has two halves. `receive` moves bytes; everything else is the game's half. Both may run on one thread, or,
/// with `twoThreads`, `receive` on another (see `ReceiverThread`). Between them are queues without locks, so that
/// neither ever waits for the other. Time is always passed in, of one monotonic clock for both halves.
class MIENCORE_API Client {
 public:
  /// The streams outlive the client.
  Client(ByteStream& state, ByteStream& events, ByteStream& game, const ClientOptions& options);
  ~Client();
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;

  // --- the receiving half

  /// Connects, reads, writes what can be done now; never blocks.
  void receive(Micros now);
  /// Waits for bytes on the state channel, at most `timeout`.
  void wait(Micros timeout);
  /// Before the first `receive`; null for none.
  void tapState(StateTap* tap);

  // --- the game's half

  /// Takes in what has come, computes all poses for `now` and sends what is due.
  void update(Micros now);
  const Cast& cast() const;
  /// Fetches the next behavior that started or ended; its texts are valid until the next call. Call until false.
  bool nextBehavior(BehaviorEvent& behavior);
  /// Tells the sidecar about the game; see `WorldReport`. What `place` and `object` say goes with `update`.
  bool place(const Place& place);
  bool object(std::uint32_t id, std::string_view name, bool present, const Level* state, std::size_t levels);
  bool event(Micros now, std::string_view name, std::uint32_t subject, std::uint32_t object, double intensity);
  /// As `WorldReport::relation` and `WorldReport::interest`.
  bool relation(const Regard& regard);
  bool interest(const Wish& wish);
  /// Fetches the next line for the log. Each condition is posted once, however long it lasts.
  bool nextNotice(Notice& notice);
  ClientStatistics statistics() const;

 private:
  struct Implementation;
  std::unique_ptr<Implementation> self_;
};

}  // namespace mien
