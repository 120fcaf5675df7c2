#pragma once

#include "CoreMinimal.h"

// https://dev.epicgames.com/documentation/en-us/unreal-engine/unreal-engine-stats-system-overview
#define DECLARE_STATS_GROUP(Text, Id, Category) [[maybe_unused]] static const TCHAR* const Id = Text
#define DECLARE_CYCLE_STAT(Text, Id, Group) [[maybe_unused]] static const TCHAR* const Id[2] = {Text, Group}
#define DECLARE_DWORD_ACCUMULATOR_STAT(Text, Id, Group) DECLARE_CYCLE_STAT(Text, Id, Group)
#define DECLARE_FLOAT_ACCUMULATOR_STAT(Text, Id, Group) DECLARE_CYCLE_STAT(Text, Id, Group)
#define SCOPE_CYCLE_COUNTER(Id) (void)Id
#define SET_DWORD_STAT(Id, Value) ((void)Id, (void)static_cast<int64>(Value))
#define SET_FLOAT_STAT(Id, Value) ((void)Id, (void)static_cast<double>(Value))
