// A folder in the place for temporary files, which goes with the object. One of a process that was
// killed stays.
#ifndef FACET_CORE_BASE_SCRATCH_FOLDER_H_
#define FACET_CORE_BASE_SCRATCH_FOLDER_H_

#include <stdlib.h>

#include <cerrno>
#include <filesystem>
#include <memory>
#include <string>
#include <system_error>
#include <utility>

#include "absl/status/statusor.h"
#include "core/base/file.h"

namespace facet {

class ScratchFolder {
 public:
  static absl::StatusOr<std::unique_ptr<ScratchFolder>> Create() {
    std::error_code error;
    const std::filesystem::path place = std::filesystem::temp_directory_path(error);
    std::string path = (error ? "/tmp" : place) / "facet_XXXXXX";
    if (::mkdtemp(path.data()) == nullptr) {
      return FileError(errno, "cannot make " + path + " (TMPDIR)");
    }
    return std::unique_ptr<ScratchFolder>(new ScratchFolder(std::move(path)));
  }
  ~ScratchFolder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  ScratchFolder(const ScratchFolder&) = delete;
  ScratchFolder& operator=(const ScratchFolder&) = delete;

  const std::string& path() const { return path_; }
  std::string File(const std::string& name) const { return path_ + "/" + name; }

 private:
  explicit ScratchFolder(std::string path) : path_(std::move(path)) {}

  const std::string path_;
};

}  // namespace facet

#endif  // FACET_CORE_BASE_SCRATCH_FOLDER_H_
