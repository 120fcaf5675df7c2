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
	FString Host = Trimmed.Left(Colon);
	if (Host.StartsWith(TEXT("[")) && Host.EndsWith(TEXT("]")))
	{
		Host = Host.Mid(1, Host.Len() - 2);
	}
	const FString PortText = Trimmed.Mid(Colon + 1);
	const int32 Port = PortText.IsNumeric() ? FCString::Atoi(*PortText) : 0;
	if ((!IsNumeric(Host) && Host != TEXT("localhost")) || Port < 1 || Port > LastPort - Channels + 1)
	{
		return false;
	}
	Address.Host = Host;
	Address.Port = static_cast<uint16>(Port);
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
