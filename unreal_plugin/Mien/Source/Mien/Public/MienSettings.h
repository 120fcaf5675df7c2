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
	 * sidecar on another machine takes encrypted ones only: run "mien relay" on this one, and leave the address.
	 */
	UPROPERTY(Config, EditAnywhere, Category = "Connection")
	FString Address = TEXT("127.0.0.1:5570");

	/** Make each character a Live Link subject. */
	UPROPERTY(Config, EditAnywhere, Category = "Connection")
	bool bShowInLiveLink = true;

	/**
	 * Ask the sidecar for fewer faces of characters that are far away or were not drawn lately. They move on between
	 * those that come, and Mien goes on to feel and decide for all.
	 */
	UPROPERTY(Config, EditAnywhere, Category = "Interest")
	bool bThinOutFaces = true;

	/** Nearer than this to the player's eyes (cm), a face that is drawn comes with every tick of the sidecar, */
	UPROPERTY(Config, EditAnywhere, Category = "Interest", meta = (ClampMin = "0"))
	float NearDistance = 2000.0f;

	/** farther away with every so many-th, */
	UPROPERTY(Config, EditAnywhere, Category = "Interest", meta = (ClampMin = "1", ClampMax = "255"))
	int32 FarEvery = 3;

	/** and one that was not drawn lately with every so many-th; 0: not at all. */
	UPROPERTY(Config, EditAnywhere, Category = "Interest", meta = (ClampMin = "0", ClampMax = "255"))
	int32 UnseenEvery = 15;

	/** Tell the sidecar where the first local player's eyes are, so that characters can look there. */
	UPROPERTY(Config, EditAnywhere, Category = "World")
	bool bReportPlayer = true;

	//~ UDeveloperSettings
	virtual FName GetCategoryName() const override;
};
