#pragma once

#include "CoreMinimal.h"

class ILiveLinkClient;
class ULiveLinkSourceSettings;

// API/Runtime/LiveLinkInterface/ILiveLinkSource
class ILiveLinkSource {
 public:
  virtual ~ILiveLinkSource() = default;
  virtual void ReceiveClient(ILiveLinkClient* InClient, FGuid InSourceGuid) = 0;
  virtual void InitializeSettings(ULiveLinkSourceSettings* Settings);
  virtual bool IsSourceStillValid() const = 0;
  virtual bool RequestSourceShutdown() = 0;
  virtual FText GetSourceType() const = 0;
  virtual FText GetSourceMachineName() const = 0;
  virtual FText GetSourceStatus() const = 0;
};
