#pragma once

#include "MienCore/Export.h"
#include "MienCore/Messages.h"

#include <string_view>

/// The messages of PROTOCOL.md that a game sends. Each function fills `room` and returns the bytes used, or 0
/// when a value is out of its range (a name too long or not UTF-8, a number that is not finite) or the room
/// too small. Nothing is allocated.
namespace mien {

/// Where one entity is and whom it looks at. Meters; x forward, y right, z up, left-handed as in Unreal.
struct Place {
  std::uint32_t id = kNobody;
  float position[3] = {0, 0, 0};
  float heading = 0;  ///< radians about z from x towards y
  std::uint32_t looksAt = kNobody;
};

/// A named level in [0, 1] that conditions read, such as `burning`.
struct Level {
  std::string_view name;
  double value = 0;
};

/// How a character regards another or the player from now on: from -1 (hatred) to 1 (love).
struct Regard {
  std::uint32_t id = kNobody;
  std::uint32_t whom = kPlayer;
  float liking = 0;
};

/// How often the game wants to hear of a character: 1 with every tick, n with every n-th, 0 never.
struct Wish {
  std::uint32_t id = kNobody;
  std::uint8_t every = 1;
};

constexpr std::size_t kPlaceBytes = 24;           ///< of one entity inside a world message
constexpr std::size_t kRegardBytes = 12;          ///< of one relation inside a relations message
constexpr std::size_t kWishBytes = 5;             ///< of one character inside an interest message
constexpr std::size_t kWorldOverhead = 128;       ///< of such a message beyond these
constexpr std::size_t kMaxObjectBytes = 8 * 1024; ///< no smart object or event is longer

MIENCORE_API std::size_t encodeWorld(Micros t, const Place* places, std::size_t count, MutableBytes room);
MIENCORE_API std::size_t encodeSmartObject(Micros t, std::uint32_t id, std::string_view name, bool present,
                                           const Level* state, std::size_t levels, MutableBytes room);
MIENCORE_API std::size_t encodeGameEvent(Micros t, std::string_view name, std::uint32_t subject,
                                         std::uint32_t object, double intensity, MutableBytes room);
MIENCORE_API std::size_t encodeRelations(Micros t, const Regard* regards, std::size_t count, MutableBytes room);
/// `game` is this game's alone among those at one sidecar; each message replaces all that it said before.
MIENCORE_API std::size_t encodeInterest(Micros t, std::uint32_t game, const Wish* wishes, std::size_t count,
                                        MutableBytes room);

}  // namespace mien
