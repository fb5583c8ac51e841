// A folder of a benchmark's own, which goes with the object.
#ifndef FACET_BENCHMARKS_SCRATCH_FOLDER_H_
#define FACET_BENCHMARKS_SCRATCH_FOLDER_H_

#include <stdlib.h>

#include <cerrno>
#include <filesystem>
#include <memory>
#include <string>
#include <utility>

#include "absl/status/statusor.h"
#include "core/base/file.h"

namespace facet::bench {

class ScratchFolder {
 public:
  static absl::StatusOr<std::unique_ptr<ScratchFolder>> Create() {
    std::string path = std::filesystem::temp_directory_path() / "facet_benchmark_XXXXXX";
    if (mkdtemp(path.data()) == nullptr) return FileError(errno, "cannot make " + path);
    return std::unique_ptr<ScratchFolder>(new ScratchFolder(std::move(path)));
  }
  ~ScratchFolder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  ScratchFolder(const ScratchFolder&) = delete;
  ScratchFolder& operator=(const ScratchFolder&) = delete;

  const std::string& path() const { return path_; }

 private:
  explicit ScratchFolder(std::string path) : path_(std::move(path)) {}

  const std::string path_;
};

}  // namespace facet::bench

#endif  // FACET_BENCHMARKS_SCRATCH_FOLDER_H_
