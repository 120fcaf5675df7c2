#include "check.h"

#include "MienCore/SubjectNames.h"

using mien::subjectNames;

namespace {

using Names = std::vector<std::string>;

TEST_CASE("subject names that an engine can take stay as they are") {
  CHECK(subjectNames({"Anna", "Böser Wolf", "guard_07"}, {16, 17, 18}) == Names{"Anna", "Böser Wolf", "guard_07"});
}

TEST_CASE("subject names that are equal but for their case get the id appended") {
  CHECK(subjectNames({"Guard", "guard", "GUARD"}, {16, 17, 18}) == Names{"Guard", "guard 17", "GUARD 18"});
}

TEST_CASE("subject names that are empty, blank or None become something else") {
  CHECK(subjectNames({"", "  ", "None"}, {16, 17, 18}) == Names{"character 16", "character 17", "None 18"});
}

TEST_CASE("subject names lose control characters and outer blanks") {
  CHECK(subjectNames({" a\nb\t "}, {16}) == Names{"a_b_"});
}

TEST_CASE("a name that looks like a repaired one does not clash with it") {
  CHECK(subjectNames({"x 17", "X", "x"}, {16, 18, 17}) == Names{"x 17", "X", "x 17 17"});
}

}  // namespace
