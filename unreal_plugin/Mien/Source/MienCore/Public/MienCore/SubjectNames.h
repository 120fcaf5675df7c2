#pragma once

#include "MienCore/Export.h"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace mien {

/// Returns names that an engine can take as subject names: not empty, not "None" (Unreal's word for no name), no
/// control characters, and different from one another without regard to ASCII case, as Unreal compares them. A
/// name that is fine stays as it is; another gets its character's id appended, as in "guard 17".
MIENCORE_API std::vector<std::string> subjectNames(const std::vector<std::string>& names,
                                                   const std::vector<std::uint32_t>& ids);

}  // namespace mien
