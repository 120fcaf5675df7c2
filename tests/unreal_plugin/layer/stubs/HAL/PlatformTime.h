#pragma once

// API/Runtime/Core/FGenericPlatformTime: Seconds; the test says what time it is
struct FPlatformTime {
  static double Seconds();
};
