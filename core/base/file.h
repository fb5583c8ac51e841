// Files as strings. Errors name the path and the system's reason.
#ifndef FACET_CORE_BASE_FILE_H_
#define FACET_CORE_BASE_FILE_H_

#include <memory>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

namespace facet {

// Unavailable: the machine's fault, not the file's, and another time it may go well: a disk that
// fails, no memory, no descriptor left. Nothing is concluded of the file from it.
absl::StatusOr<std::string> ReadFile(const std::string& path);
// The status of a system call that failed with `error`, as ReadFile() tells it.
absl::Status FileError(int error, std::string_view what);

// Replaces `path` in one step: written beside it, synced, renamed, the folder synced. A crash
// leaves the old content or the new one.
class AtomicFile {
 public:
  static absl::StatusOr<std::unique_ptr<AtomicFile>> Create(const std::string& path);
  ~AtomicFile();  // without Commit(): `path` is as it was
  AtomicFile(const AtomicFile&) = delete;
  AtomicFile& operator=(const AtomicFile&) = delete;

  absl::Status Append(std::string_view content);
  absl::Status Commit();

 private:
  AtomicFile(std::string path, std::string temporary, int file);

  const std::string path_, temporary_;
  const int file_;
  bool committed_ = false;
};
absl::Status WriteFileAtomically(const std::string& path, std::string_view content);

// Of a file: its content is on the disk when this returns. Of a folder: the names of its files.
absl::Status Sync(const std::string& path);

// The folder of a file, "." for a name alone.
std::string FolderOf(const std::string& path);

}  // namespace facet

#endif  // FACET_CORE_BASE_FILE_H_
