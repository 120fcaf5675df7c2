#include "MienAddress.h"

#include "MienSettings.h"

namespace
{

constexpr int32 Channels = 3; // on as many ports in a row
constexpr int32 LastPort = 65535;

bool IsNumeric(const FString& Host)
{
	bool bSeparator = false;
	for (const TCHAR Character : Host)
	{
		bSeparator |= Character == TEXT('.') || Character == TEXT(':');
		if (Character != TEXT('.') && Character != TEXT(':') && !FChar::IsHexDigit(Character))
		{
			return false;
		}
	}
	return bSeparator;
}

} // namespace

bool FMienAddress::Parse(const FString& Text, FMienAddress& Address)
{
	Address = FMienAddress();
	const FString Trimmed = Text.TrimStartAndEnd();
	if (Trimmed.IsEmpty())
	{
		const FString& Usual = GetDefault<UMienSettings>()->Address;
		return Usual.TrimStartAndEnd().IsEmpty() || Parse(Usual, Address);
	}
	int32 Colon = INDEX_NONE;
	if (!Trimmed.FindLastChar(TEXT(':'), Colon))
	{
		return false;
	}
	FString Before = Trimmed.Left(Colon);
	if (Before.StartsWith(TEXT("[")) && Before.EndsWith(TEXT("]")))
	{
		Before = Before.Mid(1, Before.Len() - 2);
	}
	const FString After = Trimmed.Mid(Colon + 1);
	const int32 Number = After.IsNumeric() ? FCString::Atoi(*After) : 0;
	if ((!IsNumeric(Before) && Before != TEXT("localhost")) || Number < 1 || Number > LastPort - Channels + 1)
	{
		return false;
	}
	Address.Host = Before;
	Address.Port = static_cast<uint16>(Number);
	return true;
}

FString FMienAddress::ToString() const
{
	const bool bIPv6 = Host.Contains(TEXT(":"));
	return FString::Printf(TEXT("%s%s%s:%d"), bIPv6 ? TEXT("[") : TEXT(""), *Host, bIPv6 ? TEXT("]") : TEXT(""),
		static_cast<int32>(Port));
}

bool FMienAddress::IsThisMachine() const
{
	return Host == TEXT("localhost") || Host == TEXT("::1") || Host.StartsWith(TEXT("127."));
}
