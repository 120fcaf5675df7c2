#pragma once

#include "CoreMinimal.h"

// API/Runtime/Core/EAutomationTestFlags: an enum class since 5.5, before it a struct with an enum inside; `|` in both
enum class EAutomationTestFlags : uint32 { EditorContext = 1, ClientContext = 2, EngineFilter = 0x02000000 };
constexpr EAutomationTestFlags operator|(EAutomationTestFlags A, EAutomationTestFlags B) {
  return static_cast<EAutomationTestFlags>(static_cast<uint32>(A) | static_cast<uint32>(B));
}

// API/Runtime/Core/FAutomationTestBase: RunTest, TestTrue
class FAutomationTestBase {
 public:
  virtual ~FAutomationTestBase() = default;
  bool TestTrue(const TCHAR* What, bool Value);

 protected:
  virtual bool RunTest(const FString& Parameters) = 0;
};

// https://dev.epicgames.com/documentation/en-us/unreal-engine/write-cplusplus-tests-in-unreal-engine
#define IMPLEMENT_SIMPLE_AUTOMATION_TEST(Class, Name, Flags)                                        \
  class Class : public FAutomationTestBase {                                                        \
   public:                                                                                          \
    static constexpr EAutomationTestFlags StubFlags = Flags;                                        \
    bool RunTest(const FString& Parameters) override;                                               \
  };
