#include "MienConnection.h"

#include "HAL/RunnableThread.h"
#include "IMienModule.h"
#include "MienLog.h"
#include "MienText.h"
#include "Stats/Stats.h"

#include "MienCore/ReceiverThread.h"

DECLARE_STATS_GROUP(TEXT("Mien"), STATGROUP_Mien, STATCAT_Advanced);
DECLARE_CYCLE_STAT(TEXT("Game thread"), STAT_MienTick, STATGROUP_Mien);
DECLARE_DWORD_ACCUMULATOR_STAT(TEXT("Connected"), STAT_MienConnected, STATGROUP_Mien);
DECLARE_DWORD_ACCUMULATOR_STAT(TEXT("Faces come"), STAT_MienReceiving, STATGROUP_Mien);
DECLARE_DWORD_ACCUMULATOR_STAT(TEXT("Characters"), STAT_MienCharacters, STATGROUP_Mien);
DECLARE_DWORD_ACCUMULATOR_STAT(TEXT("Characters in a frame"), STAT_MienInFrame, STATGROUP_Mien);
DECLARE_FLOAT_ACCUMULATOR_STAT(TEXT("Face frames a second"), STAT_MienRate, STATGROUP_Mien);
DECLARE_FLOAT_ACCUMULATOR_STAT(TEXT("Age of faces (ms)"), STAT_MienAge, STATGROUP_Mien);
DECLARE_FLOAT_ACCUMULATOR_STAT(TEXT("of which jitter buffer (ms)"), STAT_MienDelay, STATGROUP_Mien);
DECLARE_DWORD_ACCUMULATOR_STAT(TEXT("Gaps"), STAT_MienGaps, STATGROUP_Mien);
DECLARE_DWORD_ACCUMULATOR_STAT(TEXT("Dropped"), STAT_MienDropped, STATGROUP_Mien);
DECLARE_DWORD_ACCUMULATOR_STAT(TEXT("Malformed"), STAT_MienMalformed, STATGROUP_Mien);
DECLARE_DWORD_ACCUMULATOR_STAT(TEXT("of another protocol version"), STAT_MienVersions, STATGROUP_Mien);
DECLARE_DWORD_ACCUMULATOR_STAT(TEXT("Failed connections"), STAT_MienFailures, STATGROUP_Mien);
DECLARE_DWORD_ACCUMULATOR_STAT(TEXT("Reconnections"), STAT_MienReconnections, STATGROUP_Mien);

namespace
{

constexpr uint32 StackSize = 256 * 1024;
constexpr float MillisecondsPerMicro = 0.001f;

mien::ClientOptions TwoThreads()
{
	mien::ClientOptions Options;
	Options.twoThreads = true;
	return Options;
}

TArray<FName> Names(const std::vector<std::string>& Texts)
{
	TArray<FName> Result;
	for (const std::string& Text : Texts)
	{
		Result.Add(MienNameFromUtf8(Text));
	}
	return Result;
}

void Show(const FMienStatistics& Statistics)
{
	SET_DWORD_STAT(STAT_MienConnected, Statistics.bConnected ? 1 : 0);
	SET_DWORD_STAT(STAT_MienReceiving, Statistics.bReceiving ? 1 : 0);
	SET_DWORD_STAT(STAT_MienCharacters, Statistics.Characters);
	SET_DWORD_STAT(STAT_MienInFrame, Statistics.InFrame);
	SET_FLOAT_STAT(STAT_MienRate, Statistics.Rate);
	SET_FLOAT_STAT(STAT_MienAge, Statistics.AgeMs);
	SET_FLOAT_STAT(STAT_MienDelay, Statistics.DelayMs);
	SET_DWORD_STAT(STAT_MienGaps, Statistics.Gaps);
	SET_DWORD_STAT(STAT_MienDropped, Statistics.Dropped);
	SET_DWORD_STAT(STAT_MienMalformed, Statistics.Malformed);
	SET_DWORD_STAT(STAT_MienVersions, Statistics.OtherVersions);
	SET_DWORD_STAT(STAT_MienFailures, Statistics.Failures);
	SET_DWORD_STAT(STAT_MienReconnections, Statistics.Reconnections);
}

} // namespace

FMienConnection::FMienConnection(const FMienAddress& InAddress)
	: Address(InAddress)
	, StateStream(MienToUtf8(Address.Host).c_str(), Address.Port)
	, EventsStream(MienToUtf8(Address.Host).c_str(), Address.Port + 1)
	, GameStream(MienToUtf8(Address.Host).c_str(), Address.Port + 2)
	, Client(StateStream, EventsStream, GameStream, TwoThreads())
{
	Client.tapState(&Feed);
	Thread.Reset(FRunnableThread::Create(this, TEXT("Mien receiver"), StackSize, TPri_AboveNormal));
}

FMienConnection::~FMienConnection()
{
	Stop();
	if (Thread)
	{
		Thread->WaitForCompletion();
	}
}

uint32 FMienConnection::Run()
{
	while (!bStop.load(std::memory_order_relaxed))
	{
		Receive();
		Client.wait(Feed.Patience(mien::monotonicNow()));
	}
	return 0;
}

void FMienConnection::Stop()
{
	bStop = true;
}

void FMienConnection::Receive()
{
	const mien::Micros Now = mien::monotonicNow();
	Client.receive(Now);
	Feed.Step(Now);
}

void FMienConnection::Tick()
{
	SCOPE_CYCLE_COUNTER(STAT_MienTick);
	if (!Thread)
	{
		Receive();
	}
	OnBeforeUpdate.Broadcast();
	Client.update(mien::monotonicNow());
	TakeNames();
	mien::BehaviorEvent Behavior;
	while (Client.nextBehavior(Behavior))
	{
		OnBehavior.Broadcast(Behavior);
	}
	Log();
	Show(GetStatistics());
}

void FMienConnection::TakeNames()
{
	const mien::Cast& Cast = Client.cast();
	if (Edition == Cast.edition())
	{
		return;
	}
	Edition = Cast.edition();
	Emotions = Names(Cast.emotions());
	Rules = Names(Cast.rules());
	Subjects.Reset();
	Places.Reset();
	for (std::size_t Index = 0; Index < Cast.size(); ++Index)
	{
		const int32 Place = Subjects.Add(MienNameFromUtf8(Cast.subject(Index)));
		if (!Places.Contains(Subjects[Place])) // those who are leaving come last
		{
			Places.Add(Subjects[Place], Place);
		}
	}
}

int32 FMienConnection::Find(FName Subject) const
{
	const int32* Place = Places.Find(Subject);
	return Place != nullptr ? *Place : INDEX_NONE;
}

void FMienConnection::Log()
{
	mien::Notice Notice;
	while (Client.nextNotice(Notice))
	{
		const FString Text = FString::Printf(TEXT("%s: %s"), *Address.ToString(), *MienFromUtf8(Notice.text));
		if (Notice.level == mien::Notice::Level::Warning)
		{
			UE_LOG(LogMien, Warning, TEXT("%s"), *Text);
			IMienModule::Get().OnWarning().Broadcast(Text);
		}
		else
		{
			UE_LOG(LogMien, Log, TEXT("%s"), *Text);
		}
	}
}

FMienStatistics FMienConnection::GetStatistics() const
{
	const mien::ClientStatistics All = Client.statistics();
	const mien::ChannelStatistics& State = All.channels[static_cast<std::size_t>(mien::Channel::State)];
	FMienStatistics Statistics;
	Statistics.bConnected = State.connected;
	Statistics.bReceiving = All.receiving;
	Statistics.Characters = Subjects.Num();
	Statistics.Rate = static_cast<float>(All.cast.rate);
	Statistics.AgeMs = MillisecondsPerMicro * static_cast<float>(All.cast.age);
	Statistics.DelayMs = MillisecondsPerMicro * static_cast<float>(All.cast.delay);
	Statistics.InFrame = static_cast<int32>(All.cast.inFrame);
	Statistics.Faces = static_cast<int64>(All.cast.faces);
	Statistics.Withheld = static_cast<int64>(All.cast.withheld);
	Statistics.Frames = static_cast<int64>(All.cast.frames);
	Statistics.Gaps = static_cast<int64>(All.cast.gaps);
	Statistics.Dropped = static_cast<int64>(All.cast.late + All.cast.duplicates + All.cast.unnamed);
	Statistics.Dropped += static_cast<int64>(All.world.refused + All.world.dropped);
	for (const mien::ChannelStatistics& Channel : All.channels)
	{
		Statistics.Dropped += static_cast<int64>(Channel.dropped + Channel.skipped);
		Statistics.Failures += static_cast<int32>(Channel.failures);
	}
	Statistics.Malformed = static_cast<int64>(All.cast.malformed + All.malformedEvents);
	Statistics.OtherVersions = static_cast<int64>(All.cast.versions);
	Statistics.Reconnections = State.connections > 0 ? static_cast<int32>(State.connections) - 1 : 0;
	return Statistics;
}
