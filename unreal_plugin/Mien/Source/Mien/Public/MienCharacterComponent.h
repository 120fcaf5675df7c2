#pragma once

#include "Components/ActorComponent.h"
#include "CoreMinimal.h"
#include "LiveLinkTypes.h"
#include "MienTypes.h"

#include "MienCharacterComponent.generated.h"

class AActor;
class FMienConnection;
namespace mien
{
struct BehaviorEvent;
}

DECLARE_DYNAMIC_MULTICAST_DELEGATE_OneParam(FMienBehaviorChanged, const FMienBehavior&, Behavior);
DECLARE_DYNAMIC_MULTICAST_DELEGATE_TwoParams(FMienMoodChanged, FName, Strongest, float, Intensity);

/** Makes an actor one of the sidecar's characters: says how it feels and what it does, reports where it is. */
UCLASS(ClassGroup = (Mien), meta = (BlueprintSpawnableComponent))
class MIEN_API UMienCharacterComponent : public UActorComponent
{
	GENERATED_BODY()

public:
	UMienCharacterComponent();

	/** Name of the character in the sidecar's cast, which is its Live Link subject name too. */
	UPROPERTY(EditAnywhere, BlueprintReadWrite, Category = "Mien")
	FName Character;

	/** What the actor looks at, for the rules that ask: an actor with a Mien component, or the player. */
	UPROPERTY(EditAnywhere, BlueprintReadWrite, Category = "Mien")
	TObjectPtr<AActor> LooksAt;

	/** OnMoodChanged says each change of at least so much. */
	UPROPERTY(EditAnywhere, BlueprintReadWrite, Category = "Mien", meta = (ClampMin = "0.001", ClampMax = "1"))
	float MoodStep = 0.05f;

	/**
	 * Have the sidecar send the face with every so many-th of its ticks; 0: as distance and visibility demand, by the
	 * project settings.
	 */
	UPROPERTY(EditAnywhere, BlueprintReadWrite, Category = "Mien", meta = (ClampMin = "0", ClampMax = "255"))
	int32 SendEvery = 0;

	UPROPERTY(BlueprintAssignable, Category = "Mien")
	FMienBehaviorChanged OnBehaviorStarted;

	UPROPERTY(BlueprintAssignable, Category = "Mien")
	FMienBehaviorChanged OnBehaviorEnded;

	/** With the strongest emotion of the mood. */
	UPROPERTY(BlueprintAssignable, Category = "Mien")
	FMienMoodChanged OnMoodChanged;

	/** The slow state, which drifts within minutes: each emotion's strength, from 0 to 1; empty while unknown. */
	UFUNCTION(BlueprintPure, Category = "Mien")
	TMap<FName, float> GetMood() const;

	/** The quick state, which what just happened leaves for seconds. */
	UFUNCTION(BlueprintPure, Category = "Mien")
	TMap<FName, float> GetEmotion() const;

	/** The strongest emotion of the mood; none while unknown. */
	UFUNCTION(BlueprintPure, Category = "Mien")
	FName GetStrongestEmotion(float& Intensity) const;

	/** What it does: the rules that it executes, each from just above 0 to 1. A rule that ends fades out. */
	UFUNCTION(BlueprintPure, Category = "Mien")
	TMap<FName, float> GetActivity() const;

	/** For the Live Link variable of a face's animation Blueprint. */
	UFUNCTION(BlueprintPure, Category = "Mien")
	FLiveLinkSubjectName GetSubjectName() const;

	/** Id by which the sidecar knows the character; 0 while unknown. */
	UFUNCTION(BlueprintPure, Category = "Mien")
	int64 GetId() const;

	//~ UActorComponent
	virtual void TickComponent(float DeltaTime, ELevelTick TickType, FActorComponentTickFunction* ThisTickFunction) override;

protected:
	virtual void BeginPlay() override;
	virtual void EndPlay(const EEndPlayReason::Type EndPlayReason) override;

private:
	void Listen(const TSharedPtr<FMienConnection>& To);
	void HearBehavior(const mien::BehaviorEvent& Event);
	void ReportPlace(FMienConnection& To, uint32 Id) const;
	void NoticeMood();
	void SayWish(FMienConnection& To, uint32 Id, float DeltaTime);

	TWeakPtr<FMienConnection> Connection;
	FDelegateHandle Behaviors;
	TArray<float> KnownMood;
	float SinceWish = 0.0f;
	bool bHasWish = false;
};
