#include "MienLiveLinkSourceFactory.h"

#include "MienLiveLinkSource.h"
#include "MienLog.h"
#include "MienModule.h"

#define LOCTEXT_NAMESPACE "Mien"

FText UMienLiveLinkSourceFactory::GetSourceDisplayName() const
{
	return LOCTEXT("FactoryName", "Mien");
}

FText UMienLiveLinkSourceFactory::GetSourceTooltip() const
{
	return LOCTEXT("FactoryTooltip", "Faces of the characters of a Mien sidecar, at the address of the project settings");
}

TSharedPtr<ILiveLinkSource> UMienLiveLinkSourceFactory::CreateSource(const FString& ConnectionString) const
{
	FMienAddress Address;
	if (!FMienAddress::Parse(ConnectionString, Address))
	{
		UE_LOG(LogMien, Error, TEXT("\"%s\" is no address such as 127.0.0.1:5570"), *ConnectionString);
		return nullptr;
	}
	return MakeShared<FMienLiveLinkSource>(FMienModule::Get().Connect(Address));
}

#undef LOCTEXT_NAMESPACE
