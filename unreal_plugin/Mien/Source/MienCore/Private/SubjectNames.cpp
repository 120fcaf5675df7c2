#include "MienCore/SubjectNames.h"

#include <unordered_set>
#include <utility>

namespace mien {

namespace {

std::string folded(std::string name) {
  for (char& c : name) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return name;
}

std::string cleaned(std::string name) {
  for (char& c : name) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte < 0x20 || byte == 0x7F) c = '_';
  }
  const std::size_t first = name.find_first_not_of(' ');
  if (first == std::string::npos) return {};
  return name.substr(first, name.find_last_not_of(' ') - first + 1);
}

}  // namespace

std::vector<std::string> subjectNames(const std::vector<std::string>& names,
                                      const std::vector<std::uint32_t>& ids) {
  std::vector<std::string> subjects;
  std::unordered_set<std::string> taken;
  subjects.reserve(names.size());
  taken.reserve(names.size());
  for (std::size_t i = 0; i < names.size(); ++i) {
    std::string name = cleaned(names[i]);
    std::string key = folded(name);
    while (key.empty() || key == "none" || !taken.insert(key).second) {
      name = (name.empty() ? std::string("character") : name) + ' ' + std::to_string(ids[i]);
      key = folded(name);
    }
    subjects.push_back(std::move(name));
  }
  return subjects;
}

}  // namespace mien
