#pragma once

#include "LiveLinkSourceFactory.h"

// API/Runtime/LiveLinkInterface/ELiveLinkSourceMode
enum class ELiveLinkSourceMode : uint8 { Latest, EngineTime, Timecode };

// API/Runtime/LiveLinkInterface/ULiveLinkSourceSettings: ConnectionString, Factory, Mode
class ULiveLinkSourceSettings : public UObject {
 public:
  ELiveLinkSourceMode Mode;
  FString ConnectionString;
  TSubclassOf<ULiveLinkSourceFactory> Factory;
};
