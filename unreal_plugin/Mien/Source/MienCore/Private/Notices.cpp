#include "MienCore/Notices.h"

#include <cstdarg>
#include <cstdio>

namespace mien {

void Notices::post(Notice::Level level, const char* format, ...) {
  if (count_ == kCapacity) {
    first_ = (first_ + 1) % kCapacity;
    --count_;
  }
  Notice& notice = notices_[(first_ + count_) % kCapacity];
  ++count_;
  notice.level = level;
  va_list arguments;
  va_start(arguments, format);
  std::vsnprintf(notice.text, sizeof(notice.text), format, arguments);
  va_end(arguments);
}

bool Notices::next(Notice& notice) {
  if (count_ == 0) return false;
  notice = notices_[first_];
  first_ = (first_ + 1) % kCapacity;
  --count_;
  return true;
}

}  // namespace mien
