#pragma once

#include "CoreMinimal.h"

// API/Runtime/LiveLinkInterface/FLiveLinkSubjectName
struct FLiveLinkSubjectName {
  FLiveLinkSubjectName() = default;
  FLiveLinkSubjectName(FName InName) : Name(InName) {}
  FName Name;
};

// API/Runtime/LiveLinkInterface/FLiveLinkSubjectKey_1/__ctor
struct FLiveLinkSubjectKey {
  FLiveLinkSubjectKey() = default;
  FLiveLinkSubjectKey(FGuid InSource, FName InSubjectName) : Source(InSource), SubjectName(InSubjectName) {}
  FGuid Source;
  FLiveLinkSubjectName SubjectName;
};

// API/Runtime/LiveLinkInterface/FLiveLinkWorldTime
struct FLiveLinkWorldTime {
  FLiveLinkWorldTime() = default;
  FLiveLinkWorldTime(const double InTime, const double InOffset) : Time(InTime), Offset(InOffset) {}
  double GetOffsettedTime() const { return Time + Offset; }

 protected:
  double Time = 0;
  double Offset = 0;
};

// API/Runtime/LiveLinkInterface/FLiveLinkBaseStaticData: PropertyNames
struct FLiveLinkBaseStaticData {
  static UScriptStruct* StaticStruct() { return nullptr; }
  TArray<FName> PropertyNames;
};

// API/Runtime/LiveLinkInterface/FLiveLinkBaseFrameData: WorldTime, PropertyValues
struct FLiveLinkBaseFrameData {
  static UScriptStruct* StaticStruct() { return nullptr; }
  FLiveLinkWorldTime WorldTime;
  TArray<float> PropertyValues;
};

// API/Runtime/LiveLinkInterface/FLiveLinkBaseDataStruct: constructors (not copyable), Cast
template <typename BaseType>
class FLiveLinkBaseDataStruct {
 public:
  FLiveLinkBaseDataStruct(const UScriptStruct*) {}
  FLiveLinkBaseDataStruct(FLiveLinkBaseDataStruct&&) = default;
  FLiveLinkBaseDataStruct(const FLiveLinkBaseDataStruct&) = delete;
  template <typename Type>
  Type* Cast() {
    static_assert(std::is_same_v<Type, BaseType>);
    return &Data;
  }

 private:
  BaseType Data;
};

// API/Runtime/LiveLinkInterface/FLiveLinkStaticDataStruct, API/Runtime/LiveLinkInterface/FLiveLinkFrameDataStruct
using FLiveLinkStaticDataStruct = FLiveLinkBaseDataStruct<FLiveLinkBaseStaticData>;
using FLiveLinkFrameDataStruct = FLiveLinkBaseDataStruct<FLiveLinkBaseFrameData>;
