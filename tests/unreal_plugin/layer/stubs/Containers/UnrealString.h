#pragma once

#include "CoreMinimal.h"

#include <cctype>
#include <cstdlib>

// API/Runtime/Core/FUTF8ToTCHAR_Convert, API/Runtime/Core/FTCHARToUTF8_Convert: the macros' conversions. ASCII here.
inline std::u16string StubWiden(const char* Text) { return {Text, Text + std::char_traits<char>::length(Text)}; }
inline std::string StubNarrow(const TCHAR* Text) { return {Text, Text + std::char_traits<TCHAR>::length(Text)}; }
#define UTF8_TO_TCHAR(Text) (StubWiden(Text).c_str())
#define TCHAR_TO_UTF8(Text) (StubNarrow(Text).c_str())

// API/Runtime/Core/FString: constructors and the members below; Printf takes TCHAR formats only
class FString {
 public:
  FString() = default;
  FString(const TCHAR* Text) : Characters(Text) {}
  const TCHAR* operator*() const { return Characters.c_str(); }
  int32 Len() const { return static_cast<int32>(Characters.size()); }
  bool IsEmpty() const { return Characters.empty(); }
  bool IsNumeric() const { return !IsEmpty() && Characters.find_first_not_of(u"0123456789.") == std::u16string::npos; }
  bool Contains(const TCHAR* SubStr) const { return Characters.find(SubStr) != std::u16string::npos; }
  bool StartsWith(const TCHAR* Prefix) const { return Characters.starts_with(Prefix); }
  bool EndsWith(const TCHAR* Suffix) const { return Characters.ends_with(Suffix); }
  bool FindLastChar(TCHAR Character, int32& Index) const {
    const std::size_t Found = Characters.rfind(Character);
    Index = Found == std::u16string::npos ? INDEX_NONE : static_cast<int32>(Found);
    return Index != INDEX_NONE;
  }
  FString Left(int32 Count) const { return Mid(0, Count); }
  FString Mid(int32 Start) const { return Mid(Start, Len()); }
  FString Mid(int32 Start, int32 Count) const {
    return FString(Characters.substr(static_cast<std::size_t>(Start), static_cast<std::size_t>(Count)).c_str());
  }
  FString TrimStartAndEnd() const {
    const std::size_t First = Characters.find_first_not_of(u" \t");
    if (First == std::u16string::npos) return {};
    return FString(Characters.substr(First, Characters.find_last_not_of(u" \t") - First + 1).c_str());
  }
  template <std::size_t N, typename... Types>
  static FString Printf(const TCHAR (&Format)[N], Types... Arguments);
  const TCHAR* begin() const { return Characters.data(); }
  const TCHAR* end() const { return Characters.data() + Characters.size(); }
  friend FString operator+(const TCHAR* Left, const FString& Right) { return FString((Left + Right.Characters).c_str()); }
  friend bool operator==(const FString& Left, const FString& Right) { return Left.Characters == Right.Characters; }
  friend bool operator==(const FString& Left, const TCHAR* Right) { return Left.Characters == Right; }

 private:
  std::u16string Characters;
};

// API/Runtime/Core/TChar/IsHexDigit
struct FChar {
  static bool IsHexDigit(TCHAR Character) { return Character < 128 && std::isxdigit(Character) != 0; }
};

// API/Runtime/Core/TCString/Atoi
struct FCString {
  static int32 Atoi(const TCHAR* String) { return std::atoi(TCHAR_TO_UTF8(String)); }
};
