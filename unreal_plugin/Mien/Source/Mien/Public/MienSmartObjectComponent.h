#pragma once

#include "Components/ActorComponent.h"
#include "CoreMinimal.h"

#include "MienSmartObjectComponent.generated.h"

/**
 * Makes an actor a smart object: while the condition of one of its rules holds, it works on every character within
 * range. Rules, conditions, ranges and effects are the library's; the game says what kind of object it is, where it
 * stands and its levels.
 */
UCLASS(ClassGroup = (Mien), meta = (BlueprintSpawnableComponent))
class MIEN_API UMienSmartObjectComponent : public UActorComponent
{
	GENERATED_BODY()

public:
	UMienSmartObjectComponent();

	/** Kind of object in the rule library, such as "hearth". */
	UPROPERTY(EditAnywhere, BlueprintReadOnly, Category = "Mien")
	FName Kind;

	/** What the conditions of its rules read, such as "burning", from 0 to 1. */
	UPROPERTY(EditAnywhere, BlueprintReadOnly, Category = "Mien")
	TMap<FName, float> Levels;

	/** Sets a level; values outside [0, 1] become the nearest within. */
	UFUNCTION(BlueprintCallable, Category = "Mien")
	void SetLevel(FName Level, float Value);

	/** Id by which the sidecar knows the object; 0 before BeginPlay. */
	UFUNCTION(BlueprintPure, Category = "Mien")
	int64 GetId() const { return Id; }

	//~ UActorComponent
	virtual void TickComponent(float DeltaTime, ELevelTick TickType, FActorComponentTickFunction* ThisTickFunction) override;

protected:
	virtual void BeginPlay() override;
	virtual void EndPlay(const EEndPlayReason::Type EndPlayReason) override;

private:
	void Report(bool bPresent) const;

	uint32 Id = 0;
};
