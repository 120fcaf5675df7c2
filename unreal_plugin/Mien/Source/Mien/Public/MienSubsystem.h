#pragma once

#include "CoreMinimal.h"
#include "MienTypes.h"
#include "Subsystems/GameInstanceSubsystem.h"

#include "MienSubsystem.generated.h"

class AActor;
class FMienConnection;

/** A game's connection to the Mien sidecar; outlives levels. */
UCLASS()
class MIEN_API UMienSubsystem : public UGameInstanceSubsystem
{
	GENERATED_BODY()

public:
	/** Of the game that the actor is in; null outside a game. */
	static UMienSubsystem* Of(const AActor* Actor);

	/** Connects to a sidecar, such as "127.0.0.1:5570", and goes on trying; empty: that of the project settings. */
	UFUNCTION(BlueprintCallable, Category = "Mien")
	void Connect(const FString& Address);

	UFUNCTION(BlueprintCallable, Category = "Mien")
	void Disconnect();

	UFUNCTION(BlueprintPure, Category = "Mien")
	FMienStatistics GetStatistics() const;

	/** Live Link subject names of all characters. */
	UFUNCTION(BlueprintPure, Category = "Mien")
	TArray<FName> GetCharacters() const;

	/**
	 * Tells the sidecar what happened, such as "insult": who did it, whom it befell (nobody: all), from 0 to 1.
	 * The actors carry a Mien component or are the player; false when the event could not be sent.
	 */
	UFUNCTION(BlueprintCallable, Category = "Mien")
	bool SendEvent(FName Event, const AActor* Subject, const AActor* Object, float Intensity = 1.0f);

	/**
	 * From now on Who regards Whom like this: from -1 (hatred) to 1 (love); the rule library's figure otherwise. Who
	 * carries a Mien Character component, Whom too or is the player; false while the sidecar does not know them.
	 */
	UFUNCTION(BlueprintCallable, Category = "Mien")
	bool SetRelation(const AActor* Who, const AActor* Whom, float Liking);

	/** Id by which the sidecar knows an actor: 0 none, 1 the player. */
	UFUNCTION(BlueprintPure, Category = "Mien")
	int64 GetId(const AActor* Actor) const;

	/** At every how many ticks of the sidecar a character's face is wanted, as the project settings say; 0: never. */
	uint8 GetWish(const AActor* Actor) const;

	/** For components; null while there is none. */
	const TSharedPtr<FMienConnection>& GetConnection() const { return Connection; }

	//~ USubsystem
	virtual void Initialize(FSubsystemCollectionBase& Collection) override;
	virtual void Deinitialize() override;

private:
	void ShowInLiveLink();
	void ReportPlayer();

	TSharedPtr<FMienConnection> Connection;
	FDelegateHandle BeforeUpdate;
	FGuid LiveLinkSource;
};
