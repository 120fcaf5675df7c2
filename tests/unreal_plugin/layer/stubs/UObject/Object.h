#pragma once

#include "CoreMinimal.h"

// https://dev.epicgames.com/documentation/en-us/unreal-engine/reflection-system-in-unreal-engine
// What Unreal Header Tool would write comes from reflection.py: it defines the macro that each of these names.
#define UCLASS(...)
#define USTRUCT(...)
#define UPROPERTY(...)
#define UFUNCTION(...)
#define STUB_JOIN_(A, B) A##_##B
#define STUB_JOIN(A, B) STUB_JOIN_(A, B)
#define GENERATED_BODY() STUB_JOIN(CURRENT_FILE_ID, __LINE__)

class UClass;
class UScriptStruct;
class UWorld;

// API/Runtime/CoreUObject/UObject
class UObject {
 public:
  virtual ~UObject();
  static UClass* StaticClass();
};

// API/Runtime/CoreUObject/GetDefault
template <typename T>
const T* GetDefault();

// API/Runtime/CoreUObject/GetNameSafe
FString GetNameSafe(const UObject* Object);

// API/Runtime/CoreUObject/TSubclassOf
template <typename T>
class TSubclassOf {
 public:
  TSubclassOf(UClass* From);
  TSubclassOf& operator=(UClass* From);
};

// API/Runtime/CoreUObject/TObjectPtr
template <typename T>
class TObjectPtr {
 public:
  TObjectPtr();
  TObjectPtr& operator=(T* Pointer);
  operator T*() const;
};
