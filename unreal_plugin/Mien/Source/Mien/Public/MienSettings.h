#pragma once

#include "CoreMinimal.h"
#include "Engine/DeveloperSettings.h"

#include "MienSettings.generated.h"

/** Project Settings > Plugins > Mien. */
UCLASS(Config = Game, DefaultConfig, meta = (DisplayName = "Mien"))
class MIEN_API UMienSettings : public UDeveloperSettings
{
	GENERATED_BODY()

public:
	/** Connect when the game starts; otherwise call Connect of the Mien Subsystem. */
	UPROPERTY(Config, EditAnywhere, Category = "Connection")
	bool bConnectOnStart = true;

	/**
	 * Where the sidecar is: a numeric address and the first of its ports. The connection is not encrypted, and a
	 * sidecar on another machine takes encrypted ones only: reach it through a tunnel, such as ssh -L.
	 */
	UPROPERTY(Config, EditAnywhere, Category = "Connection")
	FString Address = TEXT("127.0.0.1:5570");

	/** Make each character a Live Link subject. */
	UPROPERTY(Config, EditAnywhere, Category = "Connection")
	bool bShowInLiveLink = true;

	/** Tell the sidecar where the first local player's eyes are, so that characters can look there. */
	UPROPERTY(Config, EditAnywhere, Category = "World")
	bool bReportPlayer = true;

	//~ UDeveloperSettings
	virtual FName GetCategoryName() const override;
};
