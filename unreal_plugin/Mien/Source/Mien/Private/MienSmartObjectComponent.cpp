#include "MienSmartObjectComponent.h"

#include "GameFramework/Actor.h"
#include "MienConnection.h"
#include "MienLog.h"
#include "MienModule.h"
#include "MienPlace.h"
#include "MienSubsystem.h"
#include "MienText.h"

#include <vector>

UMienSmartObjectComponent::UMienSmartObjectComponent()
{
	PrimaryComponentTick.bCanEverTick = true;
}

void UMienSmartObjectComponent::BeginPlay()
{
	Super::BeginPlay();
	if (Kind.IsNone())
	{
		UE_LOG(LogMien, Warning, TEXT("%s: its Mien Smart Object component has no Kind"), *GetNameSafe(GetOwner()));
	}
	else
	{
		Id = FMienModule::Get().TakeObjectId();
	}
}

void UMienSmartObjectComponent::EndPlay(const EEndPlayReason::Type EndPlayReason)
{
	Report(false);
	if (Id != mien::kNobody)
	{
		FMienModule::Get().GiveBackObjectId(Id);
		Id = mien::kNobody;
	}
	Super::EndPlay(EndPlayReason);
}

void UMienSmartObjectComponent::TickComponent(
	float DeltaTime, ELevelTick TickType, FActorComponentTickFunction* ThisTickFunction)
{
	Super::TickComponent(DeltaTime, TickType, ThisTickFunction);
	Report(true);
}

void UMienSmartObjectComponent::SetLevel(FName Level, float Value)
{
	Levels.Add(Level, FMath::Clamp(Value, 0.0f, 1.0f));
}

/** The core sends what differs from what it said before, and all of it to a sidecar that is new. */
void UMienSmartObjectComponent::Report(bool bPresent) const
{
	const UMienSubsystem* Subsystem = UMienSubsystem::Of(GetOwner());
	const TSharedPtr<FMienConnection> Connection = Subsystem != nullptr ? Subsystem->GetConnection() : nullptr;
	if (!Connection || Id == mien::kNobody)
	{
		return;
	}
	std::vector<std::string> Names;
	std::vector<mien::Level> State;
	Names.reserve(static_cast<std::size_t>(Levels.Num())); // the levels refer to these
	for (const TPair<FName, float>& Level : Levels)
	{
		Names.push_back(MienToUtf8(Level.Key.ToString()));
		State.push_back({Names.back(), FMath::Clamp(Level.Value, 0.0f, 1.0f)});
	}
	mien::Client& Client = Connection->Say();
	Client.object(Id, MienToUtf8(Kind.ToString()), bPresent, State.data(), State.size());
	if (bPresent)
	{
		const AActor* Actor = GetOwner();
		Client.place(MienPlace(Id, Actor->GetActorLocation(), Actor->GetActorRotation()));
	}
}
