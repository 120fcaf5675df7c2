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
	FTSTicker::FDelegateHandle Ticker;
	FMienOnWarning Warning;
};
