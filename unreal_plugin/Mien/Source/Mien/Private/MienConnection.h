#pragma once

#include "CoreMinimal.h"
#include "HAL/Runnable.h"
#include "MienAddress.h"
#include "MienLiveLinkFeed.h"
#include "MienTypes.h"

#include "MienCore/Client.h"
#include "MienCore/TcpStream.h"

#include <atomic>

class FRunnableThread;

/**
 * A connection to one sidecar. Everything is the game thread's but the receiver thread, which moves bytes and plays
 * faces to Live Link; it touches no UObject, and neither thread waits for the other.
 */
class FMienConnection final : public FRunnable
{
public:
	/** Begins to connect, and goes on trying for as long as it lives. */
	explicit FMienConnection(const FMienAddress& InAddress);
	/** Stops the thread, which takes at most some 10 ms. */
	virtual ~FMienConnection() override;
	FMienConnection(const FMienConnection&) = delete;
	FMienConnection& operator=(const FMienConnection&) = delete;

	/** Once a frame. */
	void Tick();

	const FMienAddress& GetAddress() const { return Address; }
	FMienLiveLinkFeed& GetFeed() { return Feed; }
	const mien::Cast& GetCast() const { return Client.cast(); }
	/** Position of the character with a subject name in the cast, or INDEX_NONE. */
	int32 Find(FName Subject) const;
	/** Subject names of the characters, as in the cast. */
	const TArray<FName>& GetSubjects() const { return Subjects; }
	/** Names of the emotions, as in the cast. */
	const TArray<FName>& GetEmotions() const { return Emotions; }
	/** Names of the rules, as in the cast. */
	const TArray<FName>& GetRules() const { return Rules; }
	/** For what a game has to say: place, object, event, relation, interest. */
	mien::Client& Say() { return Client; }
	FMienStatistics GetStatistics() const;

	DECLARE_MULTICAST_DELEGATE(FOnBeforeUpdate);
	/** The time to say where things are. */
	FOnBeforeUpdate OnBeforeUpdate;

	DECLARE_MULTICAST_DELEGATE_OneParam(FOnBehavior, const mien::BehaviorEvent&);
	FOnBehavior OnBehavior;

private:
	//~ FRunnable: the receiver thread
	virtual uint32 Run() override;
	virtual void Stop() override;
	void Receive();

	void TakeNames();
	void Log();

	const FMienAddress Address;
	mien::TcpStream StateStream;
	mien::TcpStream EventsStream;
	mien::TcpStream GameStream;
	FMienLiveLinkFeed Feed;
	mien::Client Client;

	uint32 Edition = 0; // of the names below
	TArray<FName> Subjects;
	TArray<FName> Emotions;
	TArray<FName> Rules;
	TMap<FName, int32> Places;

	std::atomic<bool> bStop{false};
	TUniquePtr<FRunnableThread> Thread; // null where the platform has none: then Tick receives
};
