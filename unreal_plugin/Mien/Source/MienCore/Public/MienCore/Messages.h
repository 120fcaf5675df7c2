#pragma once

#include "MienCore/Block.h"
#include "MienCore/Export.h"
#include "MienCore/Types.h"

#include <cstddef>
#include <cstdint>
#include <string_view>

/// The messages of PROTOCOL.md that a game receives. Each is a view of the bytes it was decoded from.
namespace mien {

constexpr std::uint64_t kProtocolVersion = 1;
constexpr std::size_t kShapes = 52;       ///< ARKit blend weights, [0, 1]
constexpr std::size_t kRotations = 9;     ///< head, left eye, right eye: yaw, pitch, roll, radians
constexpr std::size_t kFace = kShapes + kRotations;

constexpr std::size_t kMaxCharacters = 65536;  ///< that a message may name
constexpr std::size_t kMaxEmotions = 64;
constexpr std::size_t kMaxRules = 4096;
constexpr std::size_t kMaxEntities = 65536;
constexpr std::size_t kMaxName = 64;      ///< bytes of UTF-8
constexpr std::size_t kMaxText = 1024;    ///< bytes of UTF-8
constexpr std::size_t kMaxEntries = 64;   ///< of any map

/// Id that names no entity; `kPlayer` is the followed person; characters and objects start at 16.
constexpr std::uint32_t kNobody = 0;
constexpr std::uint32_t kPlayer = 1;
constexpr std::uint32_t kFirstCharacter = 16;

enum class MessageKind : std::uint8_t {
  Face,
  Hello,
  Behavior,
  Status,
  Activity,
  Estimate,  ///< no game needs it: passed over
};

/// Names in a list; iterate with `next`.
class MIENCORE_API NameList {
 public:
  NameList() = default;
  NameList(ByteSpan items, std::size_t size) : rest_(items), size_(size) {}

  std::size_t size() const { return size_; }
  /// Moves on to the next name; false at the end. A copy of the list starts anew.
  bool next(std::string_view& name);

 private:
  ByteSpan rest_;
  std::size_t size_ = 0;
};

/// One tick: what characters feel and what their faces do; of those whose turn it is (PROTOCOL.md, section 4).
struct FaceFrame {
  std::uint64_t t = 0;           ///< sender time, microseconds: any number, so compare with `kLatest` first
  std::uint64_t seq = 0;         ///< tick number; a gap is a tick that was dropped
  std::uint32_t generation = 0;  ///< of the hello whose names apply
  std::uint64_t captured = 0;    ///< capture time of the newest estimate that it answers, or 0
  std::size_t characters = 0;    ///< N
  std::size_t emotions = 0;      ///< M
  Block<std::uint32_t> ids;      ///< N
  Block<float> affect;           ///< N x 2 x M in [0, 1]: emotion, then mood
  Block<float> face;             ///< N x `kFace`
};

/// Which rules characters execute, and how strongly; rules as listed in the hello.
struct Activity {
  std::uint64_t t = 0;
  std::size_t characters = 0;  ///< N
  std::size_t rules = 0;       ///< R
  Block<std::uint32_t> ids;    ///< N
  Block<float> intensity;      ///< N x R in [0, 1]: 0 where a rule is idle
};

/// The names that every array refers to by position.
struct Hello {
  std::uint64_t t = 0;
  std::string_view session;
  std::uint32_t generation = 0;  ///< rises with every change of cast or library
  std::string_view clock;        ///< which monotonic clock `t` counts
  std::uint64_t wall = 0;        ///< UTC, microseconds since 1970, at `t`
  std::uint16_t rate = 0;        ///< ticks a second
  std::size_t characterCount = 0;
  std::size_t emotionCount = 0;
  NameList emotions;
  Block<float> pad;              ///< M x 3: pleasure, arousal, dominance
  Block<std::uint32_t> ids;      ///< N
  NameList characters;
  NameList face;                 ///< `kFace` names
  NameList rules;
};

/// A behavior of one character started or ended.
struct BehaviorEvent {
  std::uint64_t t = 0;
  std::uint32_t character = 0;
  std::string_view rule;
  bool started = false;
  std::string_view reason;
  std::uint32_t inflicter = 0;
  std::uint32_t target = kNobody;
  float intensity = 0;
  std::string_view expression;  ///< cues for the game, empty where the rule names none
  std::string_view gaze;
  std::string_view gesture;
  std::string_view speech;
};

/// Health of one sidecar process.
struct Status {
  std::uint64_t t = 0;
  std::string_view origin;
  std::string_view notice;  ///< one line for a person, or empty
};

}  // namespace mien
