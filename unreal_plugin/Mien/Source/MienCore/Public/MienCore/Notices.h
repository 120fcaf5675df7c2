#pragma once

#include "MienCore/Export.h"

#include <cstddef>
#include <cstdint>

namespace mien {

/// One line for the engine's log.
struct Notice {
  enum class Level : std::uint8_t { Info, Warning };
  Level level = Level::Info;
  char text[1200] = "";
};

/// Keeps the newest lines until the engine fetches them; whoever posts sees to it that each says something new.
class MIENCORE_API Notices {
 public:
  static constexpr std::size_t kCapacity = 16;

  /// As printf.
#if defined(__GNUC__)
  __attribute__((format(printf, 3, 4)))
#endif
  void post(Notice::Level level, const char* format, ...);
  /// Fetches the oldest line; false when there is none.
  bool next(Notice& notice);

 private:
  Notice notices_[kCapacity];
  std::size_t first_ = 0;
  std::size_t count_ = 0;
};

}  // namespace mien
