#pragma once

#include "CoreMinimal.h"
#include "Modules/ModuleInterface.h"
#include "Modules/ModuleManager.h"

DECLARE_MULTICAST_DELEGATE_OneParam(FMienOnWarning, const FString& /* Text */);

/** The runtime module, as other modules see it. */
class IMienModule : public IModuleInterface
{
public:
	static IMienModule& Get() { return FModuleManager::LoadModuleChecked<IMienModule>(TEXT("Mien")); }

	/** Game thread: something that a person should know, once for as long as it lasts; it is in the log too. */
	virtual FMienOnWarning& OnWarning() = 0;
};
