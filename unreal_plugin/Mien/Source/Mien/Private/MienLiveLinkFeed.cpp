#include "MienLiveLinkFeed.h"

#include "HAL/PlatformTime.h"
#include "ILiveLinkClient.h"
#include "LiveLinkTypes.h"
#include "MienText.h"
#include "Roles/LiveLinkBasicRole.h"

namespace
{

// Faster than games draw, so that what they take is fresh, and at most two a frame at 60 Hz for each of a thousand
// characters: Live Link takes 2048 new frames at a time.
constexpr mien::Micros PushInterval = mien::kSecond / 120;

TArray<FName> PropertiesOf(const mien::Cast& Cast)
{
	TArray<FName> Names;
	for (const std::string& Name : Cast.faceNames())
	{
		Names.Add(MienNameFromUtf8(Name));
	}
	for (const std::string& Emotion : Cast.emotions())
	{
		Names.Add(FName(*(TEXT("mood_") + MienFromUtf8(Emotion))));
	}
	return Names;
}

} // namespace

void FMienLiveLinkFeed::Attach(ILiveLinkClient& Client, const FGuid& Source)
{
	const std::lock_guard<std::mutex> Lock(Guard);
	Wanted = {&Client, Source};
}

bool FMienLiveLinkFeed::Detach(const FGuid& Source)
{
	const std::lock_guard<std::mutex> Lock(Guard);
	if (Wanted.Source == Source)
	{
		Wanted = FTarget();
	}
	return InUse != Source;
}

bool FMienLiveLinkFeed::IsAttached() const
{
	const std::lock_guard<std::mutex> Lock(Guard);
	return Wanted.Client != nullptr;
}

void FMienLiveLinkFeed::FollowWish()
{
	{
		const std::lock_guard<std::mutex> Lock(Guard);
		if (Wanted.Source == Target.Source)
		{
			return;
		}
	}
	RemoveSubjects();
	const std::lock_guard<std::mutex> Lock(Guard);
	Target = Wanted;
	InUse = Wanted.Source;
}

void FMienLiveLinkFeed::RemoveSubjects()
{
	for (const FName& Subject : Subjects)
	{
		if (!Subject.IsNone())
		{
			Target.Client->RemoveSubject_AnyThread(FLiveLinkSubjectKey(Target.Source, Subject));
		}
	}
	Subjects.Reset();
	Properties.Reset();
	Edition = 0;
}

void FMienLiveLinkFeed::onState(const mien::Envelope& Envelope, mien::Micros Arrival, std::uint32_t InConnection)
{
	Cast.receive(Envelope.message, Arrival, InConnection);
}

void FMienLiveLinkFeed::Step(mien::Micros Now)
{
	if (Now < NextStep)
	{
		return;
	}
	NextStep = Now + PushInterval;
	Cast.update(Now);
	FollowWish();
	if (Target.Client == nullptr)
	{
		return;
	}
	if (Edition != Cast.edition())
	{
		PushNames();
	}
	PushFaces();
}

mien::Micros FMienLiveLinkFeed::Patience(mien::Micros Now) const
{
	return FMath::Clamp<mien::Micros>(NextStep - Now, 0, PushInterval);
}

void FMienLiveLinkFeed::PushNames()
{
	Edition = Cast.edition();
	TArray<FName> NewProperties = PropertiesOf(Cast);
	const bool bSameProperties = NewProperties == Properties;
	Properties = MoveTemp(NewProperties);

	TSet<FName> Before(Subjects);
	TSet<FName> Present;
	Subjects.Reset();
	for (std::size_t Index = 0; Index < Cast.size(); ++Index)
	{
		const FName Subject = MienNameFromUtf8(Cast.subject(Index));
		bool bTaken = false;
		Present.Add(Subject, &bTaken);
		Subjects.Add(bTaken ? FName() : Subject);
		if (bTaken || (bSameProperties && Before.Contains(Subject)))
		{
			continue;
		}
		FLiveLinkStaticDataStruct Static(FLiveLinkBaseStaticData::StaticStruct());
		Static.Cast<FLiveLinkBaseStaticData>()->PropertyNames = Properties;
		Target.Client->PushSubjectStaticData_AnyThread(
			FLiveLinkSubjectKey(Target.Source, Subject), ULiveLinkBasicRole::StaticClass(), MoveTemp(Static));
	}
	for (const FName& Subject : Before)
	{
		if (!Subject.IsNone() && !Present.Contains(Subject))
		{
			Target.Client->RemoveSubject_AnyThread(FLiveLinkSubjectKey(Target.Source, Subject));
		}
	}
	Neutral.Init(false, Subjects.Num());
}

void FMienLiveLinkFeed::PushFaces()
{
	const double Time = FPlatformTime::Seconds();
	const int32 Emotions = static_cast<int32>(Cast.emotions().size());
	for (int32 Index = 0; Index < Subjects.Num(); ++Index)
	{
		const std::size_t Character = static_cast<std::size_t>(Index);
		const bool bNeutral = Cast.presence(Character) == 0.0f;
		if (Subjects[Index].IsNone() || (bNeutral && Neutral[Index]))
		{
			continue;
		}
		Neutral[Index] = bNeutral;
		FLiveLinkFrameDataStruct Frame(FLiveLinkBaseFrameData::StaticStruct());
		FLiveLinkBaseFrameData& Data = *Frame.Cast<FLiveLinkBaseFrameData>();
		Data.WorldTime = FLiveLinkWorldTime(Time, 0.0); // on the engine's clock already
		Data.PropertyValues.Reserve(Properties.Num());
		Data.PropertyValues.Append(Cast.face(Character), static_cast<int32>(mien::kFace));
		Data.PropertyValues.Append(Cast.mood(Character), Emotions);
		Target.Client->PushSubjectFrameData_AnyThread(FLiveLinkSubjectKey(Target.Source, Subjects[Index]), MoveTemp(Frame));
	}
}
