#include "Features/IModularFeatures.h"
#include "HAL/PlatformTime.h"
#include "ILiveLinkClient.h"
#include "ILiveLinkSource.h"
#include "MienAddress.h"
#include "MienConnection.h"
#include "MienLiveLinkSourceFactory.h"
#include "MienModule.h"
#include "Misc/AutomationTest.h"

// What only Unreal can prove; `tests/` of the repository has the rest. Nobody needs to run a sidecar.

#if WITH_DEV_AUTOMATION_TESTS

namespace
{

// Nobody listens on port 1.
const TCHAR* const NoSidecar = TEXT("127.0.0.1:1");

FMienAddress AddressOfNoSidecar()
{
	FMienAddress Address;
	FMienAddress::Parse(NoSidecar, Address);
	return Address;
}

} // namespace

IMPLEMENT_SIMPLE_AUTOMATION_TEST(FMienAddressTest, "Mien.Address.OnlyNumericAddressesAreTaken",
	EAutomationTestFlags::EditorContext | EAutomationTestFlags::ClientContext | EAutomationTestFlags::EngineFilter)

bool FMienAddressTest::RunTest(const FString&)
{
	FMienAddress Address;
	TestTrue(TEXT("IPv4"), FMienAddress::Parse(TEXT(" 10.0.0.7:6000 "), Address));
	TestTrue(TEXT("host"), Address.Host == TEXT("10.0.0.7"));
	TestTrue(TEXT("port"), Address.Port == 6000);
	TestTrue(TEXT("another machine"), !Address.IsThisMachine());
	TestTrue(TEXT("IPv6"), FMienAddress::Parse(TEXT("[::1]:5570"), Address) && Address.IsThisMachine());
	TestTrue(TEXT("written as read"), Address.ToString() == TEXT("[::1]:5570"));
	TestTrue(TEXT("localhost"), FMienAddress::Parse(TEXT("localhost:5570"), Address));
	for (const TCHAR* Wrong : {TEXT("face.example:5570"), TEXT("127.0.0.1"), TEXT("127.0.0.1:65535"), TEXT(":5570")})
	{
		TestTrue(Wrong, !FMienAddress::Parse(Wrong, Address));
	}
	return true;
}

IMPLEMENT_SIMPLE_AUTOMATION_TEST(FMienStopTest, "Mien.Connection.StopsAtOnceWithoutASidecar",
	EAutomationTestFlags::EditorContext | EAutomationTestFlags::ClientContext | EAutomationTestFlags::EngineFilter)

bool FMienStopTest::RunTest(const FString&)
{
	TSharedPtr<FMienConnection> Connection = FMienModule::Get().Connect(AddressOfNoSidecar());
	Connection->Tick();
	TestTrue(TEXT("not connected"), !Connection->GetStatistics().bConnected);
	TestTrue(TEXT("shared"), FMienModule::Get().Connect(AddressOfNoSidecar()) == Connection.ToSharedRef());
	const double Before = FPlatformTime::Seconds();
	Connection.Reset();
	TestTrue(TEXT("stops within a second"), FPlatformTime::Seconds() - Before < 1.0);
	return true;
}

IMPLEMENT_SIMPLE_AUTOMATION_TEST(FMienLiveLinkTest, "Mien.LiveLink.FactoryMakesASourceThatComesAndGoes",
	EAutomationTestFlags::EditorContext | EAutomationTestFlags::ClientContext | EAutomationTestFlags::EngineFilter)

bool FMienLiveLinkTest::RunTest(const FString&)
{
	const UMienLiveLinkSourceFactory* Factory = GetDefault<UMienLiveLinkSourceFactory>();
	const TSharedPtr<ILiveLinkSource> Source = Factory->CreateSource(NoSidecar);
	IModularFeatures& Features = IModularFeatures::Get();
	if (!TestTrue(TEXT("Live Link is there"), Features.IsModularFeatureAvailable(ILiveLinkClient::ModularFeatureName)))
	{
		return false;
	}
	ILiveLinkClient& LiveLink = Features.GetModularFeature<ILiveLinkClient>(ILiveLinkClient::ModularFeatureName);
	const FGuid Guid = LiveLink.AddSource(Source);
	TestTrue(TEXT("added"), Guid.IsValid());
	TestTrue(TEXT("attached"), Source->IsSourceStillValid());
	LiveLink.RemoveSource(Guid);
	bool bShutDown = false;
	for (const double Before = FPlatformTime::Seconds(); !bShutDown && FPlatformTime::Seconds() - Before < 1.0;)
	{
		bShutDown = Source->RequestSourceShutdown();
	}
	TestTrue(TEXT("shut down"), bShutDown);
	return true;
}

#endif
