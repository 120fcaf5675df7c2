#pragma once

// API/Runtime/Core/IModuleInterface: StartupModule, ShutdownModule
class IModuleInterface {
 public:
  virtual ~IModuleInterface() = default;
  virtual void StartupModule() {}
  virtual void ShutdownModule() {}
};

// API/Runtime/Core/FDefaultModuleImpl
class FDefaultModuleImpl : public IModuleInterface {};
