// Content digests of files and folders outside the store, and of the store's own blobs.
//
// A file's is its SHA-256; a folder's is over the sorted (relative path, size, digest) of the
// files below it that its patterns name, and the names of such folders; links are followed. Files
// are hashed in parallel, and never twice: the index remembers (path, size, mtime ns, ctime ns,
// inode) -> digest. A file that changed within the last second is not remembered, as a later change
// could leave the same times. The index is a cache: losing it costs time only. One object per
// process; Digest() may be called from several threads.
#ifndef FACET_CORE_GRAPH_INPUT_DIGESTS_H_
#define FACET_CORE_GRAPH_INPUT_DIGESTS_H_

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <tuple>
#include <vector>

#include "absl/status/statusor.h"
#include "core/base/file_patterns.h"
#include "core/graph/stage.h"

struct sqlite3;

namespace facet {

class Statement;

class InputDigests {
 public:
  // `total` files are to be hashed, `done` are.
  using Progress = std::function<void(const std::string& path, int64_t done, int64_t total)>;

  // An index that cannot be opened is left out: everything is hashed. Once `stop` says so, Digest()
  // is Cancelled.
  explicit InputDigests(const std::string& index_path, Progress progress = nullptr,
                        std::function<bool()> stop = nullptr);
  ~InputDigests();
  InputDigests(const InputDigests&) = delete;
  InputDigests& operator=(const InputDigests&) = delete;

  // NotFound names the option and path that are missing. Asked again, the answer is the first one:
  // one run sees one state of its inputs.
  absl::StatusOr<std::string> Digest(const ExternalInput& input);
  // Of the files below the folder that `artifact` (name -> path, with this content) lists; one that
  // is missing counts as such.
  absl::StatusOr<std::string> DigestOfListed(const ExternalInput& input,
                                             const std::map<std::string, std::string>& artifact,
                                             const std::string& content);

  // What a file that was just made holds, as whoever made it knows.
  void Record(const std::string& path, const std::string& digest);

  int64_t num_hashed() const { return num_hashed_; }  // files whose content was read

 private:
  struct FileState;
  using FileStates = std::map<std::string, FileState>;  // by absolute path

  absl::Status Hash(const std::string& root, FileStates* files);
  static absl::Status CheckExists(const std::string& what, const ExternalInput& input);
  absl::Status Scan(const ExternalInput& input, FileStates* files) const;
  static absl::Status AddFile(const std::string& what, const std::string& path, FileStates* files);
  absl::Status Walk(const std::string& what, const std::string& root, const FilePatterns& patterns,
                    FileStates* files) const;
  void LookUp(const std::string& root, FileStates* files);
  void LookUpFile(const std::string& path, FileState* state);
  absl::StatusOr<std::string> HashFile(const std::string& path) const;
  absl::Status HashMissing(const std::string& root, FileStates* files);
  void Remember(const FileStates& files, int64_t newest_ns);

  sqlite3* database_ = nullptr;
  std::unique_ptr<Statement> of_file_;
  const Progress progress_;
  const std::function<bool()> stop_;
  std::mutex mutex_;
  // Path, its role (folder, kept, patterns), and what lists the files: an artifact's content and
  // the option that it is asked for.
  using Asked = std::tuple<std::string, bool, bool, std::vector<std::string>, std::string>;
  std::map<Asked, std::string> answers_;
  int64_t num_hashed_ = 0;
};

}  // namespace facet

#endif  // FACET_CORE_GRAPH_INPUT_DIGESTS_H_
