#pragma once

// API/Runtime/Slate/FSlateApplication: IsInitialized
class FSlateApplication {
 public:
  static bool IsInitialized();
};
