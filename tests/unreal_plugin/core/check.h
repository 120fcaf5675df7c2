#pragma once

// The few macros of Catch2 that these tests use, under the same names: Catch2 and GoogleTest come neither with a
// compiler nor from PyPI, and a test suite that has to download something is one that some will not run. With Catch2 3
// installed, `#include <catch2/catch_test_macros.hpp>` in place of this file does the same.

#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <vector>

namespace check {

struct Test {
  const char* name;
  void (*run)();
};

inline std::vector<Test>& tests() {
  static std::vector<Test> all;
  return all;
}

inline int& failures() {
  static int count = 0;
  return count;
}

struct Registration {
  Registration(const char* name, void (*run)()) { tests().push_back({name, run}); }
};

inline bool report(bool holds, const char* file, int line, const char* expression) {
  if (!holds) {
    ++failures();
    std::printf("%s:%d: failed: %s\n", file, line, expression);
  }
  return holds;
}

}  // namespace check

#define CHECK_JOIN_(a, b) a##b
#define CHECK_JOIN(a, b) CHECK_JOIN_(a, b)
#define TEST_CASE(name) CHECK_CASE(name, CHECK_JOIN(checkCase, __LINE__))
#define CHECK_CASE(name, function)                                 \
  static void function();                                          \
  static const check::Registration CHECK_JOIN(function, Registered)(name, function); \
  static void function()

/// Notes a failure and goes on.
#define CHECK(...) (void)check::report(static_cast<bool>(__VA_ARGS__), __FILE__, __LINE__, #__VA_ARGS__)
/// Notes a failure and leaves the test case.
#define REQUIRE(...) \
  if (!check::report(static_cast<bool>(__VA_ARGS__), __FILE__, __LINE__, #__VA_ARGS__)) return

/// In one file of the program. Runs the tests whose names contain the first argument.
#define CHECK_MAIN()                                                                    \
  int main(int count, char** arguments) {                                               \
    int ran = 0;                                                                        \
    for (const check::Test& test : check::tests()) {                                    \
      if (count > 1 && std::strstr(test.name, arguments[1]) == nullptr) continue;       \
      const int before = check::failures();                                             \
      test.run();                                                                       \
      ++ran;                                                                            \
      std::printf("%s %s\n", check::failures() == before ? "ok    " : "FAILED", test.name); \
      std::fflush(stdout);                                                              \
    }                                                                                   \
    std::printf("%d tests, %d failures\n", ran, check::failures());                     \
    return ran == 0 || check::failures() != 0 ? EXIT_FAILURE : EXIT_SUCCESS;            \
  }
