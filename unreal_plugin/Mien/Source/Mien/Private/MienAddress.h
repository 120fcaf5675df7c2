#pragma once

#include "CoreMinimal.h"

/** Where a sidecar is: a numeric address or "localhost", and the first of its ports. */
struct FMienAddress
{
	FString Host = TEXT("127.0.0.1");
	uint16 Port = 5570;

	/**
	 * Reads "127.0.0.1:5570" or "[::1]:5570"; empty text is the address of the project settings. False, with the
	 * default address, for anything else: looking up a name could block for seconds.
	 */
	static bool Parse(const FString& Text, FMienAddress& Address);

	FString ToString() const;
	bool IsThisMachine() const;
	bool operator==(const FMienAddress& Other) const { return Host == Other.Host && Port == Other.Port; }
};
