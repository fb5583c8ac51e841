// A file that is being downloaded: "<path>.part", and beside it "<path>.part.json", which says of
// which URL and version of the image the bytes are, so that a later run can ask for the rest.
#ifndef FACET_PLUGINS_CURATORS_DOWNLOAD_PART_H_
#define FACET_PLUGINS_CURATORS_DOWNLOAD_PART_H_

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

namespace facet {

class DownloadPart {
 public:
  // `path` without its extension; its folder is made. What lies there is kept if it is of `url`
  // and has a validator, else removed.
  static absl::StatusOr<DownloadPart> Open(const std::string& path, const std::string& url);

  int64_t size() const { return size_; }  // bytes that are there
  // For If-Range (RFC 9110, 13.1.5): a strong ETag or a date; empty: the rest cannot be asked for.
  const std::string& validator() const { return validator_; }
  int64_t total() const { return total_; }  // of the whole image; -1: unknown

  // Begins anew. `validator` may be empty, `total` -1.
  absl::Status Restart(const std::string& validator, int64_t total);
  absl::Status Append(std::string_view bytes);
  // The first bytes, at most `count`.
  absl::StatusOr<std::string> Start(size_t count) const;

  struct Finished {
    std::string file, sha256;  // the path with its extension
  };
  // Syncs, renames to "<path>.<extension>" and removes what is left of earlier ones.
  absl::StatusOr<Finished> Finish(std::string_view extension);
  void Remove();

 private:
  DownloadPart(std::string path, std::string url) : path_(std::move(path)), url_(std::move(url)) {}
  std::string PartPath() const { return path_ + ".part"; }
  std::string NotePath() const { return path_ + ".part.json"; }
  void LoadNote();

  std::string path_, url_, validator_;
  int64_t size_ = 0, total_ = -1;
};

}  // namespace facet

#endif  // FACET_PLUGINS_CURATORS_DOWNLOAD_PART_H_
