#pragma once

#include "Features/IModularFeatures.h"
#include "LiveLinkTypes.h"

class ILiveLinkSource;
class ULiveLinkRole;

// API/Runtime/LiveLinkInterface/ILiveLinkClient
class ILiveLinkClient : public IModularFeature {
 public:
  static FName ModularFeatureName;
  virtual FGuid AddSource(TSharedPtr<ILiveLinkSource> Source) = 0;
  virtual void RemoveSource(FGuid SourceGuid) = 0;
  virtual void PushSubjectStaticData_AnyThread(const FLiveLinkSubjectKey& SubjectKey, TSubclassOf<ULiveLinkRole> Role,
                                               FLiveLinkStaticDataStruct&& StaticData) = 0;
  virtual void PushSubjectFrameData_AnyThread(const FLiveLinkSubjectKey& SubjectKey,
                                              FLiveLinkFrameDataStruct&& FrameData) = 0;
  virtual void RemoveSubject_AnyThread(const FLiveLinkSubjectKey& SubjectName) = 0;
};
