#pragma once

#include "CoreMinimal.h"

#include <string>
#include <string_view>

/** Text of the sidecar (UTF-8) as Unreal's, and back. */
inline FString MienFromUtf8(std::string_view Text)
{
	return FString(UTF8_TO_TCHAR(std::string(Text).c_str()));
}

inline FName MienNameFromUtf8(std::string_view Text)
{
	return FName(*MienFromUtf8(Text));
}

inline std::string MienToUtf8(const FString& Text)
{
	return std::string(TCHAR_TO_UTF8(*Text));
}
