#pragma once

#include "CoreMinimal.h"

#include "MienCore/Cast.h"
#include "MienCore/Client.h"

#include <mutex>

class ILiveLinkClient;

/**
 * Plays the characters to Live Link from the receiver thread: a subject each, with its ARKit shapes, head and eye
 * rotations (radians) and mood. Every frame is the face as it is now, so "Latest" is the right way to evaluate it.
 */
class FMienLiveLinkFeed final : public mien::StateTap
{
public:
	//~ Game thread. Neither waits for the receiver thread, which carries it out at its next step.
	void Attach(ILiveLinkClient& Client, const FGuid& Source);
	/** Takes the subjects away from a source; true once nothing will call Live Link for it any more. Ask until true. */
	bool Detach(const FGuid& Source);
	bool IsAttached() const;

	//~ Receiver thread
	virtual void onState(const mien::Envelope& Envelope, mien::Micros Arrival, std::uint32_t InConnection) override;
	void Step(mien::Micros Now);
	/** How long the thread may wait before the next step. */
	mien::Micros Patience(mien::Micros Now) const;

private:
	struct FTarget
	{
		ILiveLinkClient* Client = nullptr;
		FGuid Source;
	};

	void FollowWish();
	void RemoveSubjects();
	void PushNames();
	void PushFaces();

	// Both threads'. The guard is held to copy these only: Live Link may hold a lock of its own while it asks us to
	// detach, and take the same lock when we push.
	mutable std::mutex Guard;
	FTarget Wanted;
	FGuid InUse;

	// The receiver thread's.
	FTarget Target;
	mien::Cast Cast{mien::PlayoutOptions()};
	mien::Micros NextStep = 0;
	uint32 Edition = 0; // of the names below
	TArray<FName> Properties;
	TArray<FName> Subjects; // as in the cast; none where an earlier one has the same name
	TArray<bool> Neutral;   // has been pushed as the last word on a subject
};
