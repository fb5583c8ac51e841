#include "core/config/folder.h"

#include <algorithm>
#include <filesystem>
#include <system_error>

namespace facet {

std::vector<std::string> NamesIn(const std::string& folder) {
  constexpr size_t kMost = 10000;
  std::vector<std::string> names;
  std::error_code error;
  std::filesystem::directory_iterator entry(folder, error);
  while (!error && entry != std::filesystem::directory_iterator() && names.size() < kMost) {
    names.push_back(entry->path().filename().string());
    entry.increment(error);
  }
  std::sort(names.begin(), names.end());
  return names;
}

}  // namespace facet
