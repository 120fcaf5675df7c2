#pragma once

#include "CoreMinimal.h"
#include "ILiveLinkSource.h"

class FMienConnection;

/** Shows the characters of a connection in Live Link; holds the connection while Live Link holds the source. */
class FMienLiveLinkSource final : public ILiveLinkSource
{
public:
	explicit FMienLiveLinkSource(const TSharedRef<FMienConnection>& InConnection);

	//~ ILiveLinkSource
	virtual void ReceiveClient(ILiveLinkClient* InClient, FGuid InSourceGuid) override;
	virtual void InitializeSettings(ULiveLinkSourceSettings* Settings) override;
	virtual bool IsSourceStillValid() const override;
	virtual bool RequestSourceShutdown() override;
	virtual FText GetSourceType() const override;
	virtual FText GetSourceMachineName() const override;
	virtual FText GetSourceStatus() const override;

private:
	TSharedRef<FMienConnection> Connection;
	FGuid Guid;
};
