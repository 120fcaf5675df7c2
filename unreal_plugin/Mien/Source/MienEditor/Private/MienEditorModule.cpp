#include "CoreMinimal.h"
#include "Framework/Application/SlateApplication.h"
#include "Framework/Notifications/NotificationManager.h"
#include "IMienModule.h"
#include "Modules/ModuleManager.h"
#include "Widgets/Notifications/SNotificationList.h"

/** Shows the plugin's warnings, such as a sidecar that was not started, where somebody sees them. */
class FMienEditorModule final : public IModuleInterface
{
public:
	virtual void StartupModule() override
	{
		Warnings = IMienModule::Get().OnWarning().AddStatic(&FMienEditorModule::Show);
	}

	virtual void ShutdownModule() override
	{
		if (FModuleManager::Get().IsModuleLoaded(TEXT("Mien")))
		{
			IMienModule::Get().OnWarning().Remove(Warnings);
		}
	}

private:
	static void Show(const FString& Text)
	{
		if (!FSlateApplication::IsInitialized())
		{
			return; // a commandlet, or a test without windows
		}
		FNotificationInfo Info(FText::FromString(TEXT("Mien: ") + Text));
		Info.ExpireDuration = 6.0f;
		FSlateNotificationManager::Get().AddNotification(Info);
	}

	FDelegateHandle Warnings;
};

IMPLEMENT_MODULE(FMienEditorModule, MienEditor)
