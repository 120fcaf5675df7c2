#pragma once

#include "CoreMinimal.h"

// https://dev.epicgames.com/documentation/en-us/unreal-engine/logging-in-unreal-engine
namespace ELogVerbosity {
enum Type { Error, Warning, Display, Log, All };
}
struct FStubLogCategory {};
#define DECLARE_LOG_CATEGORY_EXTERN(Name, Default, CompileTime)                            \
  extern struct FStubLog##Name : FStubLogCategory {                                        \
    static constexpr auto Least = ELogVerbosity::Default, Compiled = ELogVerbosity::CompileTime; \
  } Name
#define DEFINE_LOG_CATEGORY(Name) FStubLog##Name Name
template <std::size_t N, typename... Types>
void StubLog(const FStubLogCategory&, ELogVerbosity::Type, const TCHAR (&Format)[N], Types... Arguments);
#define UE_LOG(Category, Verbosity, Format, ...) StubLog(Category, ELogVerbosity::Verbosity, Format, ##__VA_ARGS__)
