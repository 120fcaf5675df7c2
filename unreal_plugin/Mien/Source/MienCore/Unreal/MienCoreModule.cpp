// Lets Unreal load MienCore as a module; the core itself knows nothing of it, and CMake does not build this file.
#include "Modules/ModuleManager.h"

IMPLEMENT_MODULE(FDefaultModuleImpl, MienCore)
