#include "core/base/file_patterns.h"

#include <fnmatch.h>

#include <algorithm>
#include <cstddef>
#include <iterator>

#include "absl/strings/match.h"
#include "absl/strings/str_split.h"

namespace facet {
namespace {

using Names = std::vector<std::string>;

Names Split(std::string_view path) {
  return absl::StrSplit(absl::string_view(path.data(), path.size()), '/', absl::SkipEmpty());
}

// Put there by file systems, Windows, macOS, and the file servers of Synology and QNAP.
constexpr const char* kLeftBehind[] = {"lost+found",
                                       "Thumbs.db",
                                       "ehthumbs.db",
                                       "ehthumbs_vista.db",
                                       "desktop.ini",
                                       "$RECYCLE.BIN",
                                       "RECYCLER",
                                       "System Volume Information",
                                       "__MACOSX",
                                       "Icon\r",
                                       "Network Trash Folder",
                                       "Temporary Items",
                                       "@eaDir",
                                       "#recycle",
                                       "#snapshot",
                                       "@Recycle",
                                       "@Recently-Snapshot",
                                       "@__thumb"};

bool IsSpecial(const std::string& name) {
  return name[0] == '.' ||
         std::any_of(std::begin(kLeftBehind), std::end(kLeftBehind),
                     [&](const char* left) { return absl::EqualsIgnoreCase(name, left); });
}

bool MatchName(const std::string& pattern, const std::string& name) {
  if (IsSpecial(name)) return pattern == name;
  if (pattern == "*") return true;
  return ::fnmatch(pattern.c_str(), name.c_str(), FNM_PERIOD) == 0;
}

// pattern[p..] against names[n..]. below: whether the names can go on so that they match.
bool MatchFrom(const Names& pattern, size_t p, const Names& names, size_t n, bool below) {
  if (n == names.size()) return below ? p < pattern.size() : p == pattern.size();
  if (p == pattern.size()) return false;
  if (pattern[p] != "**") {
    return MatchName(pattern[p], names[n]) && MatchFrom(pattern, p + 1, names, n + 1, below);
  }
  return MatchFrom(pattern, p + 1, names, n, below) ||
         (!IsSpecial(names[n]) && MatchFrom(pattern, p, names, n + 1, below));
}

}  // namespace

FilePatterns::FilePatterns(const std::vector<std::string>& patterns) {
  for (const std::string& pattern : patterns) patterns_.push_back(Split(pattern));
}

bool FilePatterns::Any(std::string_view path, bool below) const {
  if (patterns_.empty()) return true;
  const Names names = Split(path);
  return std::any_of(patterns_.begin(), patterns_.end(),
                     [&](const Names& pattern) { return MatchFrom(pattern, 0, names, 0, below); });
}

}  // namespace facet
