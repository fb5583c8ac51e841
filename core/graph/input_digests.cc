#include "core/graph/input_digests.h"

#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <ctime>
#include <filesystem>
#include <fstream>
#include <limits>
#include <thread>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "core/base/file.h"
#include "core/base/file_patterns.h"
#include "core/base/hash.h"
#include "core/base/parallel_work.h"
#include "core/base/status.h"
#include "core/graph/database.h"
#include "core/graph/nanoseconds.h"

namespace facet {
namespace {

namespace fs = std::filesystem;

// "data.root = "/faces"", as errors begin.
std::string What(const ExternalInput& input) {
  return absl::StrCat(input.option, " = \"", input.path, "\"");
}

// What follows the folder in a path below it. (fs::path::lexically_relative() takes both apart, at 10 µs
// a file.)
std::string_view PathBelow(const std::string& folder, const std::string& path) {
  std::string_view below = path;
  below.remove_prefix(folder.size());
  below.remove_prefix(std::min(below.find_first_not_of('/'), below.size()));
  return below;
}

}  // namespace

struct InputDigests::FileState {
  int64_t size = 0, mtime_ns = 0, ctime_ns = 0, inode = 0;
  std::string digest;  // empty: to be hashed
  bool fresh = false;  // hashed in this process
};

InputDigests::InputDigests(const std::string& index_path, Progress progress,
                           std::function<bool()> stop)
    : progress_(std::move(progress)), stop_(std::move(stop)) {
  if (sqlite3_open(index_path.c_str(), &database_) != SQLITE_OK) {
    sqlite3_close(database_);
    database_ = nullptr;
    return;
  }
  sqlite3_busy_timeout(database_, 5000);
  Execute(database_, "PRAGMA synchronous = OFF");
  Execute(
      database_,
      "CREATE TABLE IF NOT EXISTS files (path TEXT PRIMARY KEY, size INTEGER, mtime_ns INTEGER, "
      "ctime_ns INTEGER, inode INTEGER, digest TEXT) WITHOUT ROWID");
}

InputDigests::~InputDigests() {
  of_file_.reset();  // before what it belongs to
  sqlite3_close(database_);
}

absl::StatusOr<std::string> InputDigests::Digest(const ExternalInput& input) {
  const std::lock_guard<std::mutex> lock(mutex_);
  const Asked asked = {input.path, input.directory, input.kept, input.files, ""};
  const auto known = answers_.find(asked);
  if (known != answers_.end()) return known->second;

  std::error_code error;
  if (input.kept && (input.directory || !fs::exists(input.path, error))) {
    return answers_[asked] = input.directory ? "kept" : "none yet";
  }
  FileStates files;
  FACET_RETURN_IF_ERROR(Scan(input, &files));
  FACET_RETURN_IF_ERROR(Annotate(Hash(input.path, &files), What(input)));
  std::string digest;
  if (input.directory) {
    Sha256 hash;
    for (const auto& [path, state] : files) {
      hash.Update(PathBelow(input.path, path));
      hash.Update(std::string_view("\0", 1));
      hash.Update(absl::StrCat(state.size, " ", state.digest, "\n"));
    }
    digest = hash.HexDigest();
  } else {
    digest = files.begin()->second.digest;
  }
  answers_[asked] = digest;
  return digest;
}

absl::StatusOr<std::string> InputDigests::DigestOfListed(
    const ExternalInput& input, const std::map<std::string, std::string>& artifact,
    const std::string& content) {
  const std::lock_guard<std::mutex> lock(mutex_);
  const Asked asked = {input.path, true, false, {}, absl::StrCat(content, " ", input.option)};
  const auto known = answers_.find(asked);
  if (known != answers_.end()) return known->second;

  const std::string what = What(input);
  FACET_RETURN_IF_ERROR(CheckExists(what, input));
  FACET_ASSIGN_OR_RETURN(std::vector<std::string> paths, input.list(artifact, input));
  std::sort(paths.begin(), paths.end());
  paths.erase(std::unique(paths.begin(), paths.end()), paths.end());
  FileStates files;
  for (const std::string& path : paths) {
    FACET_RETURN_IF_ERROR(AddFile(what, absl::StrCat(input.path, "/", path), &files));
  }
  FACET_RETURN_IF_ERROR(Annotate(Hash(input.path, &files), What(input)));
  Sha256 hash;
  for (const std::string& path : paths) {
    const auto file = files.find(absl::StrCat(input.path, "/", path));
    hash.Update(path);
    hash.Update(std::string_view("\0", 1));
    hash.Update(absl::StrCat(file == files.end() ? "missing" : file->second.digest, "\n"));
  }
  return answers_[asked] = hash.HexDigest();
}

absl::Status InputDigests::Hash(const std::string& root, FileStates* files) {
  LookUp(root, files);
  // A file that changes in the tick of its times after it was looked at is not seen by them.
  timespec now;
  ::clock_gettime(CLOCK_REALTIME, &now);
  FACET_RETURN_IF_ERROR(HashMissing(root, files));
  Remember(*files, Nanoseconds(now) - 1000000000);
  return absl::OkStatus();
}

absl::Status InputDigests::CheckExists(const std::string& what, const ExternalInput& input) {
  std::error_code error;
  if (!fs::exists(input.path, error)) {
    return absl::NotFoundError(
        absl::StrCat(what, ": there is no such ", input.directory ? "folder" : "file",
                     "; correct the path, or set the environment variable that it is made of"));
  }
  if (fs::is_directory(input.path, error) != input.directory) {
    return absl::NotFoundError(absl::StrCat(what, input.directory
                                                      ? ": is a file, a folder is needed"
                                                      : ": is a folder, a file is needed"));
  }
  return absl::OkStatus();
}

absl::Status InputDigests::Scan(const ExternalInput& input, FileStates* files) const {
  const std::string what = What(input);
  FACET_RETURN_IF_ERROR(CheckExists(what, input));
  if (input.directory) return Walk(what, input.path, FilePatterns(input.files), files);
  FACET_RETURN_IF_ERROR(AddFile(what, input.path, files));
  if (!files->empty()) return absl::OkStatus();
  return absl::InvalidArgumentError(
      absl::StrCat(what, ": is no regular file but a device, a pipe or a socket; name a file"));
}

absl::Status InputDigests::AddFile(const std::string& what, const std::string& path,
                                   FileStates* files) {
  struct stat info;
  if (::stat(path.c_str(), &info) != 0) {
    if (errno == ENOENT) return absl::OkStatus();  // a link that leads nowhere: no such file
    return FileError(errno, absl::StrCat(what, ": cannot read ", path));
  }
  if (S_ISREG(info.st_mode)) {
    (*files)[path] = {info.st_size,
                      Nanoseconds(info.st_mtim),
                      Nanoseconds(info.st_ctim),
                      static_cast<int64_t>(info.st_ino),
                      "",
                      false};
  }
  return absl::OkStatus();
}

absl::Status InputDigests::Walk(const std::string& what, const std::string& root,
                                const FilePatterns& patterns, FileStates* files) const {
  std::vector<std::pair<dev_t, ino_t>> above;  // the folders that `walk` is in
  std::function<absl::Status(const std::string&)> walk =
      [&](const std::string& below) -> absl::Status {
    if (stop_ && stop_()) return absl::CancelledError("stopped");
    const std::string folder = below.empty() ? root : absl::StrCat(root, "/", below);
    struct stat info;
    if (::stat(folder.c_str(), &info) != 0) {
      return FileError(errno, absl::StrCat(what, ": cannot read the folder ", folder));
    }
    // A link to a folder that it lies in shows nothing new.
    const std::pair<dev_t, ino_t> self = {info.st_dev, info.st_ino};
    if (std::find(above.begin(), above.end(), self) != above.end()) return absl::OkStatus();
    above.push_back(self);
    std::error_code error;
    fs::directory_iterator entry(folder, error);
    for (; !error && entry != fs::directory_iterator(); entry.increment(error)) {
      const std::string name = entry->path().filename().string();
      const std::string path = below.empty() ? name : absl::StrCat(below, "/", name);
      const bool match = patterns.Match(path);
      std::error_code ignored;
      if (!entry->is_directory(ignored)) {
        if (match) FACET_RETURN_IF_ERROR(AddFile(what, entry->path().string(), files));
        continue;
      }
      // That it is there may be told, as a folder where an image was expected.
      if (match) (*files)[entry->path().string() + "/"].digest = "folder";
      if (patterns.MayMatchBelow(path)) FACET_RETURN_IF_ERROR(walk(path));
    }
    if (error) {
      return FileError(error.value(), absl::StrCat(what, ": cannot list the folder ", folder,
                                                   "; make it readable, or move it out of there"));
    }
    above.pop_back();
    return absl::OkStatus();
  };
  return walk("");
}

void InputDigests::LookUp(const std::string& root, FileStates* files) {
  if (database_ == nullptr || files->empty()) return;
  if (files->size() == 1 && files->begin()->first == root) {
    LookUpFile(root, &files->begin()->second);
    return;
  }
  // '0' follows '/': the range holds everything below the root.
  Statement query(database_,
                  "SELECT path, size, mtime_ns, ctime_ns, inode, digest FROM files "
                  "WHERE path = ?1 OR (path >= ?2 AND path < ?3)");
  query.Bind(1, root);
  query.Bind(2, root + "/");
  query.Bind(3, root + "0");
  while (query.Step()) {
    const auto found = files->find(query.Text(0));
    if (found == files->end()) continue;
    FileState& state = found->second;
    if (query.Integer(1) == state.size && query.Integer(2) == state.mtime_ns &&
        query.Integer(3) == state.ctime_ns && query.Integer(4) == state.inode) {
      state.digest = query.Text(5);
    }
  }
}

// The statement is kept: a plan asks for each file of each artifact.
void InputDigests::LookUpFile(const std::string& path, FileState* state) {
  if (of_file_ == nullptr) {
    of_file_ = std::make_unique<Statement>(
        database_, "SELECT size, mtime_ns, ctime_ns, inode, digest FROM files WHERE path = ?1");
  }
  of_file_->Bind(1, path);
  if (of_file_->Step() && of_file_->Integer(0) == state->size &&
      of_file_->Integer(1) == state->mtime_ns && of_file_->Integer(2) == state->ctime_ns &&
      of_file_->Integer(3) == state->inode) {
    state->digest = of_file_->Text(4);
  }
  of_file_->Reset();
}

// As Sha256File(), but that a file of gigabytes does not hold up the end of a run.
absl::StatusOr<std::string> InputDigests::HashFile(const std::string& path) const {
  constexpr size_t kPieceBytes = size_t{1} << 20;
  if (!stop_) return Sha256File(path);
  std::ifstream stream(path, std::ios::binary);
  Sha256 hash;
  std::string piece(kPieceBytes, '\0');
  while (stream) {
    if (stop_()) return absl::CancelledError("stopped");
    stream.read(piece.data(), static_cast<std::streamsize>(piece.size()));
    hash.Update({piece.data(), static_cast<size_t>(stream.gcount())});
  }
  // Why it cannot be read is the other's to say.
  return stream.eof() ? absl::StatusOr<std::string>(hash.HexDigest()) : Sha256File(path);
}

absl::Status InputDigests::HashMissing(const std::string& root, FileStates* files) {
  std::vector<std::pair<const std::string, FileState>*> missing;
  for (auto& entry : *files) {
    if (entry.second.digest.empty()) missing.push_back(&entry);
  }
  if (missing.empty()) return absl::OkStatus();
  const auto total = static_cast<int64_t>(missing.size());
  const absl::Status status = ParallelWork(
      total, static_cast<int>(std::thread::hardware_concurrency()),
      [&](int64_t i) -> absl::Status {
        auto& [path, state] = *missing[static_cast<size_t>(i)];
        FACET_ASSIGN_OR_RETURN(state.digest, HashFile(path));
        state.fresh = true;
        return absl::OkStatus();
      },
      [&](int64_t done) {
        if (progress_) progress_(root, done, total);
        return !stop_ || !stop_();
      });
  for (const auto* entry : missing) num_hashed_ += entry->second.fresh;
  return status;
}

void InputDigests::Record(const std::string& path, const std::string& digest) {
  const std::lock_guard<std::mutex> lock(mutex_);
  answers_[{path, false, false, {}, ""}] = digest;
  FileStates files;
  if (!Scan({"", path}, &files).ok()) return;
  files.begin()->second.digest = digest;
  files.begin()->second.fresh = true;
  Remember(files, std::numeric_limits<int64_t>::max());
}

void InputDigests::Remember(const FileStates& files, int64_t newest_ns) {
  const bool any_new =
      std::any_of(files.begin(), files.end(), [](const auto& file) { return file.second.fresh; });
  if (database_ == nullptr || !any_new) return;
  Execute(database_, "BEGIN");
  {
    Statement insert(database_, "INSERT OR REPLACE INTO files VALUES (?1, ?2, ?3, ?4, ?5, ?6)");
    for (const auto& [path, state] : files) {
      if (!state.fresh || state.mtime_ns > newest_ns || state.ctime_ns > newest_ns) continue;
      insert.Bind(1, path);
      insert.Bind(2, state.size);
      insert.Bind(3, state.mtime_ns);
      insert.Bind(4, state.ctime_ns);
      insert.Bind(5, state.inode);
      insert.Bind(6, state.digest);
      insert.Step();
      insert.Reset();
    }
  }
  Execute(database_, "COMMIT");
}

}  // namespace facet
