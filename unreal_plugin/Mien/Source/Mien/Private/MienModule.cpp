#include "MienModule.h"

#include "HAL/IConsoleManager.h"
#include "MienConnection.h"
#include "MienLog.h"

DEFINE_LOG_CATEGORY(LogMien);
IMPLEMENT_MODULE(FMienModule, Mien)

static FAutoConsoleCommand MienReport(
	TEXT("Mien.Report"),
	TEXT("Writes how the connection to the Mien sidecar does to the log."),
	FConsoleCommandDelegate::CreateLambda([] { FMienModule::Get().Report(); }));

// Far above the ids that people give their characters by hand.
static constexpr uint32 FirstObjectId = 1000000;

FMienModule& FMienModule::Get()
{
	return static_cast<FMienModule&>(IMienModule::Get());
}

void FMienModule::StartupModule()
{
	Ticker = FTSTicker::GetCoreTicker().AddTicker(FTickerDelegate::CreateRaw(this, &FMienModule::Tick), 0.0f);
}

void FMienModule::ShutdownModule()
{
	FTSTicker::RemoveTicker(Ticker);
}

TSharedRef<FMienConnection> FMienModule::Connect(const FMienAddress& Address)
{
	for (const TWeakPtr<FMienConnection>& Weak : Connections)
	{
		const TSharedPtr<FMienConnection> Connection = Weak.Pin();
		if (Connection && Connection->GetAddress() == Address)
		{
			return Connection.ToSharedRef();
		}
	}
	if (!Address.IsThisMachine())
	{
		UE_LOG(LogMien, Warning, TEXT("%s is another machine, whose sidecar takes encrypted connections only: run mien relay on this one"),
			*Address.ToString());
	}
	TSharedRef<FMienConnection> Connection = MakeShared<FMienConnection>(Address);
	Connections.Add(Connection);
	return Connection;
}

uint32 FMienModule::TakeObjectId()
{
	// Used again, so that a game that spawns and destroys all day stays within what the core keeps.
	return FreeObjectIds.Num() > 0 ? FreeObjectIds.Pop() : FirstObjectId + ObjectIds++;
}

void FMienModule::GiveBackObjectId(uint32 Id)
{
	FreeObjectIds.Add(Id);
}

bool FMienModule::Tick(float)
{
	const TArray<TWeakPtr<FMienConnection>> Now = Connections; // a listener may connect or disconnect
	for (const TWeakPtr<FMienConnection>& Weak : Now)
	{
		if (const TSharedPtr<FMienConnection> Connection = Weak.Pin())
		{
			Connection->Tick();
		}
	}
	Connections.RemoveAll([](const TWeakPtr<FMienConnection>& Weak) { return !Weak.IsValid(); });
	return true;
}

void FMienModule::Report() const
{
	for (const TWeakPtr<FMienConnection>& Weak : Connections)
	{
		if (const TSharedPtr<FMienConnection> Connection = Weak.Pin())
		{
			const FMienStatistics Is = Connection->GetStatistics();
			UE_LOG(LogMien, Display,
				TEXT("%s: %s, %s, in Live Link: %s; %d characters, %d of them in the newest frame, %.1f frames/s, age %.1f ms of which buffer %.1f ms; ")
				TEXT("frames %lld, faces %lld, withheld %lld, gaps %lld, dropped %lld, malformed %lld, other versions %lld, failures %d, reconnections %d"),
				*Connection->GetAddress().ToString(), Is.bConnected ? TEXT("connected") : TEXT("not connected"),
				Is.bReceiving ? TEXT("faces come") : TEXT("no faces"),
				Connection->GetFeed().IsAttached() ? TEXT("yes") : TEXT("no"), Is.Characters, Is.InFrame, Is.Rate, Is.AgeMs,
				Is.DelayMs, Is.Frames, Is.Faces, Is.Withheld, Is.Gaps, Is.Dropped, Is.Malformed, Is.OtherVersions, Is.Failures, Is.Reconnections);
			for (const FName& Subject : Connection->GetSubjects())
			{
				UE_LOG(LogMien, Display, TEXT("  %s"), *Subject.ToString());
			}
		}
	}
	if (Connections.Num() == 0)
	{
		UE_LOG(LogMien, Display, TEXT("no connection: none was asked for"));
	}
}
