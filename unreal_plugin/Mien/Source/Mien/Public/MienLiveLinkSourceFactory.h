#pragma once

#include "CoreMinimal.h"
#include "LiveLinkSourceFactory.h"

#include "MienLiveLinkSourceFactory.generated.h"

/**
 * Makes Mien sources for the Live Link panel and for presets. It is in the runtime module because presets need it
 * in packaged games too.
 */
UCLASS()
class MIEN_API UMienLiveLinkSourceFactory : public ULiveLinkSourceFactory
{
	GENERATED_BODY()

public:
	//~ ULiveLinkSourceFactory
	virtual FText GetSourceDisplayName() const override;
	virtual FText GetSourceTooltip() const override;
	virtual EMenuType GetMenuType() const override { return EMenuType::MenuEntry; }
	/** An address such as "127.0.0.1:5570"; empty: that of the project settings. */
	virtual TSharedPtr<ILiveLinkSource> CreateSource(const FString& ConnectionString) const override;
};
