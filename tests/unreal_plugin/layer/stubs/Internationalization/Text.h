#pragma once

#include "CoreMinimal.h"

// API/Runtime/Core/FText/FromString
class FText {
 public:
  static FText FromString(const FString& String);
  static FText FromString(FString&& String);
};

// https://dev.epicgames.com/documentation/en-us/unreal-engine/text-localization-in-unreal-engine (text literals)
FText StubText(const char* Namespace, const TCHAR* Key, const TCHAR* Literal);
#define LOCTEXT(Key, Literal) StubText(LOCTEXT_NAMESPACE, TEXT(Key), TEXT(Literal))
