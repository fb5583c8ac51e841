#include "core/app/library_digests.h"

#include <sys/stat.h>

#include <algorithm>
#include <ctime>
#include <filesystem>
#include <system_error>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "core/app/signals.h"
#include "core/base/file.h"
#include "core/base/hash.h"
#include "core/base/status.h"
#include "core/graph/nanoseconds.h"

namespace facet {
namespace {

// The first line; the others are "CHECK STATE DIGEST PATH".
constexpr char kLibrariesFormat[] = "facet libraries 2";
constexpr uintmax_t kMostBytes = 16 << 20;  // a hundred times what there is

// Of what follows it in its line: a digest that rotted would let no run end.
std::string CheckOf(const std::string& rest) { return Sha256Hex(rest).substr(0, 16); }

// Empty where there is none, or what no command of facet wrote.
std::string KeptText(const std::string& path) {
  std::error_code error;
  if (path.empty() || !std::filesystem::is_regular_file(path, error)) return "";
  if (std::filesystem::file_size(path, error) > kMostBytes || error) return "";
  return ReadFile(path).value_or("");
}

struct LibraryState {
  std::string text;        // without a blank
  int64_t changed_ns = 0;  // the later of its times
};

// Links are followed. An empty text: it cannot be looked at.
LibraryState LibraryStateOf(const std::string& path) {
  struct stat info;
  if (::stat(path.c_str(), &info) != 0) return {};
  const int64_t mtime_ns = Nanoseconds(info.st_mtim), ctime_ns = Nanoseconds(info.st_ctim);
  return {
      absl::StrCat(info.st_size, ":", mtime_ns, ":", ctime_ns, ":", info.st_dev, ":", info.st_ino),
      std::max(mtime_ns, ctime_ns)};
}

int64_t NowNs() {
  timespec now;
  ::clock_gettime(CLOCK_REALTIME, &now);
  return Nanoseconds(now);
}

}  // namespace

LibraryDigests::LibraryDigests(std::string path) : path_(std::move(path)) {
  const std::vector<std::string> lines = absl::StrSplit(KeptText(path_), '\n', absl::SkipEmpty());
  if (lines.empty() || lines.front() != kLibrariesFormat) return;
  for (size_t i = 1; i < lines.size(); ++i) {
    const std::pair<std::string, std::string> line =
        absl::StrSplit(lines[i], absl::MaxSplits(' ', 1));
    if (line.first != CheckOf(line.second)) continue;
    const std::vector<std::string> parts = absl::StrSplit(line.second, absl::MaxSplits(' ', 2));
    if (parts.size() != 3 || !IsSha256Hex(parts[1])) continue;
    known_[parts[2]] = {parts[0], parts[1]};
  }
}

absl::StatusOr<std::string> LibraryDigests::Of(const std::string& library) {
  constexpr int64_t kSecond = 1000000000;
  const int64_t newest_ns = NowNs() - kSecond;
  const LibraryState state = LibraryStateOf(library);
  const auto known = known_.find(library);
  if (known != known_.end() && !state.text.empty() && known->second.state == state.text) {
    return known->second.digest;
  }
  FACET_ASSIGN_OR_RETURN(std::string digest, Sha256File(library));
  ++num_hashed_;
  const bool is_line = library.find('\n') == std::string::npos;
  if (is_line && !state.text.empty() && state.changed_ns <= newest_ns) {
    known_[library] = {state.text, digest};
    is_new_ = true;
  }
  return digest;
}

void LibraryDigests::Keep() const {
  if (!is_new_ || path_.empty()) return;
  std::string text = absl::StrCat(kLibrariesFormat, "\n");
  for (const auto& [library, known] : known_) {
    std::error_code error;
    if (!std::filesystem::exists(library, error)) continue;
    const std::string line = absl::StrCat(known.state, " ", known.digest, " ", library);
    absl::StrAppend(&text, CheckOf(line), " ", line, "\n");
  }
  const SignalPause pause;
  std::error_code error;
  std::filesystem::create_directories(FolderOf(path_), error);
  // A folder that is read-only or full remembers nothing: the next command hashes again.
  (void)WriteFileAtomically(path_, text);
}

}  // namespace facet
