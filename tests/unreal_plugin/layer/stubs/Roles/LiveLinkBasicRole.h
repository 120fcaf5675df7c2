#pragma once

#include "CoreMinimal.h"

// API/Runtime/LiveLinkInterface/ULiveLinkRole
class ULiveLinkRole : public UObject {};

// API/Runtime/LiveLinkInterface/ULiveLinkBasicRole
class ULiveLinkBasicRole : public ULiveLinkRole {};
