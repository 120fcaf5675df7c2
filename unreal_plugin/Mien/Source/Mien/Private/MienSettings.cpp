#include "MienSettings.h"

FName UMienSettings::GetCategoryName() const
{
	return TEXT("Plugins");
}
