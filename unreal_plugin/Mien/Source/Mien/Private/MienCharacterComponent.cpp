#include "MienCharacterComponent.h"

#include "GameFramework/Actor.h"
#include "MienConnection.h"
#include "MienLog.h"
#include "MienPlace.h"
#include "MienSettings.h"
#include "MienSubsystem.h"
#include "MienText.h"

namespace
{

// Seconds between two looks at how far away and how visible the actor is.
constexpr float WishInterval = 0.25f;

const mien::Cast* FindIn(const TSharedPtr<FMienConnection>& Connection, FName Character, std::size_t& Index)
{
	const int32 Found = Connection ? Connection->Find(Character) : INDEX_NONE;
	Index = static_cast<std::size_t>(FMath::Max(Found, 0));
	return Found != INDEX_NONE ? &Connection->GetCast() : nullptr;
}

TMap<FName, float> ByName(const TArray<FName>& Names, const float* Values)
{
	TMap<FName, float> Map;
	for (int32 Index = 0; Index < Names.Num(); ++Index)
	{
		Map.Add(Names[Index], Values[Index]);
	}
	return Map;
}

} // namespace

UMienCharacterComponent::UMienCharacterComponent()
{
	PrimaryComponentTick.bCanEverTick = true;
}

void UMienCharacterComponent::BeginPlay()
{
	Super::BeginPlay();
	if (Character.IsNone())
	{
		UE_LOG(LogMien, Warning, TEXT("%s: its Mien Character component has no Character name"), *GetNameSafe(GetOwner()));
	}
}

void UMienCharacterComponent::EndPlay(const EEndPlayReason::Type EndPlayReason)
{
	const TSharedPtr<FMienConnection> Last = Connection.Pin();
	const uint32 Id = static_cast<uint32>(GetId());
	if (Last && bHasWish && Id != mien::kNobody)
	{
		Last->Say().interest({Id, 1}); // as without a component
	}
	Listen(nullptr);
	Super::EndPlay(EndPlayReason);
}

void UMienCharacterComponent::TickComponent(
	float DeltaTime, ELevelTick TickType, FActorComponentTickFunction* ThisTickFunction)
{
	Super::TickComponent(DeltaTime, TickType, ThisTickFunction);
	const UMienSubsystem* Subsystem = UMienSubsystem::Of(GetOwner());
	const TSharedPtr<FMienConnection> Current = Subsystem != nullptr ? Subsystem->GetConnection() : nullptr;
	Listen(Current);
	const uint32 Id = static_cast<uint32>(GetId());
	if (Id != mien::kNobody)
	{
		ReportPlace(*Current, Id);
		NoticeMood();
		SayWish(*Current, Id, DeltaTime);
	}
}

void UMienCharacterComponent::Listen(const TSharedPtr<FMienConnection>& To)
{
	const TSharedPtr<FMienConnection> Before = Connection.Pin();
	if (Before == To)
	{
		return;
	}
	if (Before)
	{
		Before->OnBehavior.Remove(Behaviors);
	}
	if (To)
	{
		Behaviors = To->OnBehavior.AddUObject(this, &UMienCharacterComponent::HearBehavior);
	}
	Connection = To;
}

void UMienCharacterComponent::HearBehavior(const mien::BehaviorEvent& Event)
{
	if (Event.character != GetId())
	{
		return;
	}
	FMienBehavior Behavior;
	Behavior.Rule = MienNameFromUtf8(Event.rule);
	Behavior.Reason = MienNameFromUtf8(Event.reason);
	Behavior.Inflicter = Event.inflicter;
	Behavior.Target = Event.target;
	Behavior.Intensity = Event.intensity;
	Behavior.Expression = MienFromUtf8(Event.expression);
	Behavior.Gaze = MienFromUtf8(Event.gaze);
	Behavior.Gesture = MienFromUtf8(Event.gesture);
	Behavior.Speech = MienFromUtf8(Event.speech);
	(Event.started ? OnBehaviorStarted : OnBehaviorEnded).Broadcast(Behavior);
}

void UMienCharacterComponent::ReportPlace(FMienConnection& To, uint32 Id) const
{
	const AActor* Actor = GetOwner();
	mien::Place Place = MienPlace(Id, Actor->GetActorLocation(), Actor->GetActorRotation());
	Place.looksAt = static_cast<uint32>(UMienSubsystem::Of(Actor)->GetId(LooksAt));
	To.Say().place(Place);
}

void UMienCharacterComponent::SayWish(FMienConnection& To, uint32 Id, float DeltaTime)
{
	SinceWish += DeltaTime;
	if (SinceWish < WishInterval)
	{
		return;
	}
	SinceWish = 0.0f;
	uint8 Every = static_cast<uint8>(FMath::Clamp(SendEvery, 0, 255));
	if (Every == 0)
	{
		Every = GetDefault<UMienSettings>()->bThinOutFaces ? UMienSubsystem::Of(GetOwner())->GetWish(GetOwner()) : uint8{1};
	}
	if (bHasWish || Every != 1) // without a word, the core asks for every tick
	{
		bHasWish = true;
		To.Say().interest({Id, Every});
	}
}

void UMienCharacterComponent::NoticeMood()
{
	std::size_t Index = 0;
	const TSharedPtr<FMienConnection> Current = Connection.Pin();
	const mien::Cast* Cast = FindIn(Current, Character, Index);
	if (Cast == nullptr)
	{
		return;
	}
	const float* Mood = Cast->mood(Index);
	const int32 Emotions = Current->GetEmotions().Num();
	bool bChanged = KnownMood.Num() != Emotions;
	for (int32 Emotion = 0; Emotion < Emotions && !bChanged; ++Emotion)
	{
		bChanged = FMath::Abs(Mood[Emotion] - KnownMood[Emotion]) >= MoodStep;
	}
	if (bChanged)
	{
		KnownMood.Reset();
		KnownMood.Append(Mood, Emotions);
		float Intensity = 0.0f;
		const FName Strongest = GetStrongestEmotion(Intensity);
		OnMoodChanged.Broadcast(Strongest, Intensity);
	}
}

TMap<FName, float> UMienCharacterComponent::GetMood() const
{
	std::size_t Index = 0;
	const TSharedPtr<FMienConnection> Current = Connection.Pin();
	const mien::Cast* Cast = FindIn(Current, Character, Index);
	return Cast != nullptr ? ByName(Current->GetEmotions(), Cast->mood(Index)) : TMap<FName, float>();
}

TMap<FName, float> UMienCharacterComponent::GetEmotion() const
{
	std::size_t Index = 0;
	const TSharedPtr<FMienConnection> Current = Connection.Pin();
	const mien::Cast* Cast = FindIn(Current, Character, Index);
	return Cast != nullptr ? ByName(Current->GetEmotions(), Cast->emotion(Index)) : TMap<FName, float>();
}

TMap<FName, float> UMienCharacterComponent::GetActivity() const
{
	std::size_t Index = 0;
	const TSharedPtr<FMienConnection> Current = Connection.Pin();
	const mien::Cast* Cast = FindIn(Current, Character, Index);
	TMap<FName, float> Active;
	for (int32 Rule = 0; Cast != nullptr && Rule < Current->GetRules().Num(); ++Rule)
	{
		const float Strength = Cast->activity(Index)[Rule];
		if (Strength > 0.0f)
		{
			Active.Add(Current->GetRules()[Rule], Strength);
		}
	}
	return Active;
}

FName UMienCharacterComponent::GetStrongestEmotion(float& Intensity) const
{
	FName Strongest;
	Intensity = 0.0f;
	for (const TPair<FName, float>& Emotion : GetMood())
	{
		if (Emotion.Value > Intensity)
		{
			Strongest = Emotion.Key;
			Intensity = Emotion.Value;
		}
	}
	return Strongest;
}

FLiveLinkSubjectName UMienCharacterComponent::GetSubjectName() const
{
	return FLiveLinkSubjectName(Character);
}

int64 UMienCharacterComponent::GetId() const
{
	std::size_t Index = 0;
	const mien::Cast* Cast = FindIn(Connection.Pin(), Character, Index);
	return Cast != nullptr ? Cast->id(Index) : mien::kNobody;
}
