#pragma once

#include "CoreMinimal.h"

#include "MienCore/Encoder.h"

/** Where something is, in the sidecar's units: meters and radians; the axes are Unreal's. */
inline mien::Place MienPlace(uint32 Id, const FVector& Location, const FRotator& Rotation)
{
	constexpr double MetersPerUnit = 0.01;
	mien::Place Place;
	Place.id = Id;
	Place.position[0] = static_cast<float>(Location.X * MetersPerUnit);
	Place.position[1] = static_cast<float>(Location.Y * MetersPerUnit);
	Place.position[2] = static_cast<float>(Location.Z * MetersPerUnit);
	Place.heading = static_cast<float>(FMath::DegreesToRadians(Rotation.Yaw));
	return Place;
}
