#pragma once

#include "CoreMinimal.h"

#include "MienTypes.generated.h"

/** A behavior of a character that started or ended. */
USTRUCT(BlueprintType)
struct MIEN_API FMienBehavior
{
	GENERATED_BODY()

	/** Name of the rule in the library. */
	UPROPERTY(BlueprintReadOnly, Category = "Mien")
	FName Rule;

	/** Why: selected; completed, trigger, preempted, timeout, reloaded, failed. */
	UPROPERTY(BlueprintReadOnly, Category = "Mien")
	FName Reason;

	/** Id of who or what brought it about: the character itself, or a smart object. */
	UPROPERTY(BlueprintReadOnly, Category = "Mien")
	int64 Inflicter = 0;

	/** Id of whom it is directed at: 0 nobody, 1 the player. */
	UPROPERTY(BlueprintReadOnly, Category = "Mien")
	int64 Target = 0;

	/** From 0 to 1. */
	UPROPERTY(BlueprintReadOnly, Category = "Mien")
	float Intensity = 0.0f;

	/** Cues that the rule names for the game, such as a gesture to play; empty where it names none. */
	UPROPERTY(BlueprintReadOnly, Category = "Mien")
	FString Expression;

	UPROPERTY(BlueprintReadOnly, Category = "Mien")
	FString Gaze;

	UPROPERTY(BlueprintReadOnly, Category = "Mien")
	FString Gesture;

	UPROPERTY(BlueprintReadOnly, Category = "Mien")
	FString Speech;
};

/** How the connection to the sidecar does; counts are since it was made. */
USTRUCT(BlueprintType)
struct MIEN_API FMienStatistics
{
	GENERATED_BODY()

	/** Names and faces can come. */
	UPROPERTY(BlueprintReadOnly, Category = "Mien")
	bool bConnected = false;

	/** Faces do come. */
	UPROPERTY(BlueprintReadOnly, Category = "Mien")
	bool bReceiving = false;

	UPROPERTY(BlueprintReadOnly, Category = "Mien")
	int32 Characters = 0;

	/** Of them in the newest frame: others are far away or out of sight, and hold or move on between their frames. */
	UPROPERTY(BlueprintReadOnly, Category = "Mien")
	int32 InFrame = 0;

	/** Face frames a second, over the last second or two. */
	UPROPERTY(BlueprintReadOnly, Category = "Mien")
	float Rate = 0.0f;

	/** Age of the faces shown, of which the jitter buffer adds DelayMs. */
	UPROPERTY(BlueprintReadOnly, Category = "Mien")
	float AgeMs = 0.0f;

	UPROPERTY(BlueprintReadOnly, Category = "Mien")
	float DelayMs = 0.0f;

	UPROPERTY(BlueprintReadOnly, Category = "Mien")
	int64 Frames = 0;

	/** Faces that frames brought, and that they left out since no game wanted them with that tick. */
	UPROPERTY(BlueprintReadOnly, Category = "Mien")
	int64 Faces = 0;

	UPROPERTY(BlueprintReadOnly, Category = "Mien")
	int64 Withheld = 0;

	/** Ticks of the sidecar that never came. */
	UPROPERTY(BlueprintReadOnly, Category = "Mien")
	int64 Gaps = 0;

	/** Frames that came too late, twice or without names, messages without room, and what the game said amiss. */
	UPROPERTY(BlueprintReadOnly, Category = "Mien")
	int64 Dropped = 0;

	UPROPERTY(BlueprintReadOnly, Category = "Mien")
	int64 Malformed = 0;

	/** Of them, messages of another version of the protocol: sidecar and plugin should be of one release. */
	UPROPERTY(BlueprintReadOnly, Category = "Mien")
	int64 OtherVersions = 0;

	UPROPERTY(BlueprintReadOnly, Category = "Mien")
	int32 Reconnections = 0;

	/** Attempts to connect, and connections, that failed, on any channel. */
	UPROPERTY(BlueprintReadOnly, Category = "Mien")
	int32 Failures = 0;
};
