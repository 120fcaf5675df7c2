#pragma once

// Ours, written from Epic's API pages, each cited where it applies; "API" stands for
// https://dev.epicgames.com/documentation/en-us/unreal-engine/API. What the plugin does not use is not here. Enough
// works, on top of the standard library, to run MienLiveLinkFeed.cpp in a test; the rest is declared only.

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

// API/Runtime/Core (integer types and TCHAR: coding standard, "Portable C++ code")
using int32 = std::int32_t;
using int64 = long long;
using uint8 = std::uint8_t;
using uint16 = std::uint16_t;
using uint32 = std::uint32_t;
using uint64 = unsigned long long;
using TCHAR = char16_t;
using ANSICHAR = char;
#define TEXT(x) u##x
inline constexpr int32 INDEX_NONE = -1;

// API/Runtime/Core/MoveTemp: "will not compile when passed an rvalue or const object"
template <typename T>
constexpr std::remove_reference_t<T>&& MoveTemp(T&& Object) {
  static_assert(std::is_lvalue_reference_v<T> && !std::is_const_v<std::remove_reference_t<T>>);
  return static_cast<std::remove_reference_t<T>&&>(Object);
}

#include "Containers/Array.h"
#include "Containers/UnrealString.h"
#include "UObject/NameTypes.h"

#include "Containers/Map.h"
#include "Containers/Set.h"
#include "Delegates/Delegate.h"
#include "Internationalization/Text.h"
#include "Logging/LogMacros.h"
#include "Math/UnrealMathUtility.h"
#include "Misc/Guid.h"
#include "Templates/SharedPointer.h"
#include "Templates/UniquePtr.h"
#include "UObject/Object.h"
