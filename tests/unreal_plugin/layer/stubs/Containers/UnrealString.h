#pragma once

#include "CoreMinimal.h"

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
  bool IsNumeric() const;
  bool Contains(const TCHAR* SubStr) const;
  bool StartsWith(const TCHAR* Prefix) const;
  bool EndsWith(const TCHAR* Suffix) const;
  bool FindLastChar(TCHAR Character, int32& Index) const;
  FString Left(int32 Count) const;
  FString Mid(int32 Start) const;
  FString Mid(int32 Start, int32 Count) const;
  FString TrimStartAndEnd() const;
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
  static bool IsHexDigit(TCHAR Character);
};

// API/Runtime/Core/TCString/Atoi
struct FCString {
  static int32 Atoi(const TCHAR* String);
};
