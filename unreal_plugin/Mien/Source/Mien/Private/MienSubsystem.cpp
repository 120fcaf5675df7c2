#include "MienSubsystem.h"

#include "Engine/GameInstance.h"
#include "Features/IModularFeatures.h"
#include "GameFramework/Actor.h"
#include "GameFramework/Pawn.h"
#include "GameFramework/PlayerController.h"
#include "ILiveLinkClient.h"
#include "MienCharacterComponent.h"
#include "MienConnection.h"
#include "MienLiveLinkSource.h"
#include "MienLog.h"
#include "MienModule.h"
#include "MienPlace.h"
#include "MienSettings.h"
#include "MienSmartObjectComponent.h"
#include "MienText.h"

#include "MienCore/ReceiverThread.h"

namespace
{

// Seconds; longer than a glance away, so that a face is not thinned out and back with every turn of the head.
constexpr float DrawnLately = 0.5f;

ILiveLinkClient* FindLiveLink()
{
	IModularFeatures& Features = IModularFeatures::Get();
	const FName Name = ILiveLinkClient::ModularFeatureName;
	return Features.IsModularFeatureAvailable(Name) ? &Features.GetModularFeature<ILiveLinkClient>(Name) : nullptr;
}

} // namespace

UMienSubsystem* UMienSubsystem::Of(const AActor* Actor)
{
	const UGameInstance* Game = Actor != nullptr ? Actor->GetGameInstance() : nullptr;
	return Game != nullptr ? Game->GetSubsystem<UMienSubsystem>() : nullptr;
}

void UMienSubsystem::Initialize(FSubsystemCollectionBase& Collection)
{
	Super::Initialize(Collection);
	if (GetDefault<UMienSettings>()->bConnectOnStart)
	{
		Connect(FString());
	}
}

void UMienSubsystem::Deinitialize()
{
	Disconnect();
	Super::Deinitialize();
}

void UMienSubsystem::Connect(const FString& Text)
{
	FMienAddress Address;
	if (!FMienAddress::Parse(Text, Address))
	{
		UE_LOG(LogMien, Error, TEXT("\"%s\" is no address such as 127.0.0.1:5570; using %s"), *Text, *Address.ToString());
	}
	if (Connection && Connection->GetAddress() == Address)
	{
		return;
	}
	Disconnect();
	Connection = FMienModule::Get().Connect(Address);
	BeforeUpdate = Connection->OnBeforeUpdate.AddUObject(this, &UMienSubsystem::ReportPlayer);
	ShowInLiveLink();
}

void UMienSubsystem::Disconnect()
{
	if (!Connection)
	{
		return;
	}
	Connection->OnBeforeUpdate.Remove(BeforeUpdate);
	if (LiveLinkSource.IsValid())
	{
		Connection->GetFeed().Detach(LiveLinkSource); // at once, in case somebody connects again before Live Link asks
		if (ILiveLinkClient* LiveLink = FindLiveLink())
		{
			LiveLink->RemoveSource(LiveLinkSource);
		}
		LiveLinkSource.Invalidate();
	}
	Connection.Reset();
}

void UMienSubsystem::ShowInLiveLink()
{
	if (!GetDefault<UMienSettings>()->bShowInLiveLink || Connection->GetFeed().IsAttached())
	{
		return; // attached: the Live Link panel or a preset has made a source already
	}
	ILiveLinkClient* LiveLink = FindLiveLink();
	if (LiveLink == nullptr)
	{
		UE_LOG(LogMien, Warning, TEXT("the Live Link plugin is off: moods and behaviors come, faces do not move"));
		return;
	}
	LiveLinkSource = LiveLink->AddSource(MakeShared<FMienLiveLinkSource>(Connection.ToSharedRef()));
}

void UMienSubsystem::ReportPlayer()
{
	const APlayerController* Player = GetGameInstance()->GetFirstLocalPlayerController();
	if (Player == nullptr || !GetDefault<UMienSettings>()->bReportPlayer)
	{
		return;
	}
	FVector Location;
	FRotator Rotation;
	Player->GetPlayerViewPoint(Location, Rotation);
	Connection->Say().place(MienPlace(mien::kPlayer, Location, Rotation));
}

FMienStatistics UMienSubsystem::GetStatistics() const
{
	return Connection ? Connection->GetStatistics() : FMienStatistics();
}

TArray<FName> UMienSubsystem::GetCharacters() const
{
	return Connection ? Connection->GetSubjects() : TArray<FName>();
}

bool UMienSubsystem::SendEvent(FName Event, const AActor* Subject, const AActor* Object, float Intensity)
{
	return Connection
		&& Connection->Say().event(mien::monotonicNow(), MienToUtf8(Event.ToString()), static_cast<uint32>(GetId(Subject)),
			static_cast<uint32>(GetId(Object)), FMath::Clamp(Intensity, 0.0f, 1.0f));
}

bool UMienSubsystem::SetRelation(const AActor* Who, const AActor* Whom, float Liking)
{
	const uint32 WhoId = static_cast<uint32>(GetId(Who));
	const uint32 WhomId = static_cast<uint32>(GetId(Whom));
	return Connection && WhoId != mien::kNobody && WhomId != mien::kNobody
		&& Connection->Say().relation({WhoId, WhomId, FMath::Clamp(Liking, -1.0f, 1.0f)});
}

uint8 UMienSubsystem::GetWish(const AActor* Actor) const
{
	const UMienSettings* Settings = GetDefault<UMienSettings>();
	if (!Actor->WasRecentlyRendered(DrawnLately))
	{
		return static_cast<uint8>(FMath::Clamp(Settings->UnseenEvery, 0, 255));
	}
	const APlayerController* Player = GetGameInstance()->GetFirstLocalPlayerController();
	FVector Eyes = Actor->GetActorLocation();
	if (Player != nullptr)
	{
		FRotator Rotation;
		Player->GetPlayerViewPoint(Eyes, Rotation);
	}
	const double Near = Settings->NearDistance;
	const bool bNear = FVector::DistSquared(Eyes, Actor->GetActorLocation()) <= Near * Near;
	return bNear ? uint8{1} : static_cast<uint8>(FMath::Clamp(Settings->FarEvery, 1, 255));
}

int64 UMienSubsystem::GetId(const AActor* Actor) const
{
	if (Actor == nullptr)
	{
		return mien::kNobody;
	}
	if (const UMienCharacterComponent* Character = Actor->FindComponentByClass<UMienCharacterComponent>())
	{
		return Character->GetId();
	}
	if (const UMienSmartObjectComponent* Object = Actor->FindComponentByClass<UMienSmartObjectComponent>())
	{
		return Object->GetId();
	}
	const APlayerController* Player = GetGameInstance()->GetFirstLocalPlayerController();
	const bool bPlayer = Player != nullptr && (Actor == Player || Actor == Player->GetPawn());
	return bPlayer ? mien::kPlayer : mien::kNobody;
}
