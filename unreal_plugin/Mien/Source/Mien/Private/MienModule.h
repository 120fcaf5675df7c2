#pragma once

#include "Containers/Ticker.h"
#include "CoreMinimal.h"
#include "IMienModule.h"
#include "MienAddress.h"

class FMienConnection;

/** Holds at most one connection to each sidecar, for whoever shares it, and ticks it. Game thread. */
class FMienModule final : public IMienModule
{
public:
	static FMienModule& Get();

	/** The connection to a sidecar, made if there is none; it lasts as long as somebody holds it. */
	TSharedRef<FMienConnection> Connect(const FMienAddress& Address);
	/** An id that no other smart object of this process has, until it is given back. */
	uint32 TakeObjectId();
	void GiveBackObjectId(uint32 Id);
	/** Writes what `stat Mien` shows to the log, for every connection. */
	void Report() const;

	//~ IMienModule
	virtual FMienOnWarning& OnWarning() override { return Warning; }
	//~ IModuleInterface
	virtual void StartupModule() override;
	virtual void ShutdownModule() override;

private:
	bool Tick(float DeltaTime);

	TArray<TWeakPtr<FMienConnection>> Connections;
	uint32 ObjectIds = 0; // taken so far
	TArray<uint32> FreeObjectIds;
	FTSTicker::FDelegateHandle Ticker;
	FMienOnWarning Warning;
};
