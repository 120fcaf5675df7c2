#pragma once

#include "GameFramework/Actor.h"

// API/Runtime/Engine/APawn
class APawn : public AActor {};
