#include "MienLiveLinkSource.h"

#include "LiveLinkSourceSettings.h"
#include "MienConnection.h"
#include "MienLiveLinkSourceFactory.h"

#define LOCTEXT_NAMESPACE "Mien"

FMienLiveLinkSource::FMienLiveLinkSource(const TSharedRef<FMienConnection>& InConnection)
	: Connection(InConnection)
{
}

void FMienLiveLinkSource::ReceiveClient(ILiveLinkClient* InClient, FGuid InSourceGuid)
{
	Guid = InSourceGuid;
	Connection->GetFeed().Attach(*InClient, Guid);
}

void FMienLiveLinkSource::InitializeSettings(ULiveLinkSourceSettings* Settings)
{
	Settings->Mode = ELiveLinkSourceMode::Latest; // frames come interpolated and as of now
	// Without these, a preset could not make the source again.
	Settings->ConnectionString = Connection->GetAddress().ToString();
	Settings->Factory = UMienLiveLinkSourceFactory::StaticClass();
}

bool FMienLiveLinkSource::IsSourceStillValid() const
{
	return Connection->GetFeed().IsAttached();
}

bool FMienLiveLinkSource::RequestSourceShutdown()
{
	return Connection->GetFeed().Detach(Guid);
}

FText FMienLiveLinkSource::GetSourceType() const
{
	return LOCTEXT("SourceType", "Mien");
}

FText FMienLiveLinkSource::GetSourceMachineName() const
{
	return FText::FromString(Connection->GetAddress().ToString());
}

FText FMienLiveLinkSource::GetSourceStatus() const
{
	const FMienStatistics Statistics = Connection->GetStatistics();
	if (Statistics.bReceiving)
	{
		return LOCTEXT("Active", "Active");
	}
	return Statistics.bConnected ? LOCTEXT("Silent", "Connected, no faces") : LOCTEXT("Connecting", "Connecting");
}

#undef LOCTEXT_NAMESPACE
