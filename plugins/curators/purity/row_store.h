// Rows of float32 in a memory-mapped file, written from the first to the last: more of them than
// memory holds, and found again after a crash.
//
//   <path>          num_rows x columns float32, little-endian, nothing else
//   <path>.journal  the key; then a line for each Append(): rows so far, SHA-256 of what it added
//
// A line is written after its rows have reached the disk. Open() believes only rows that still have
// their digest; the rest is made again.
#ifndef FACET_PLUGINS_CURATORS_PURITY_ROW_STORE_H_
#define FACET_PLUGINS_CURATORS_PURITY_ROW_STORE_H_

#include <cstdint>
#include <memory>
#include <opencv2/core.hpp>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "core/base/line_journal.h"

namespace facet {

class RowStore {
 public:
  // Goes on with what is at `path` if it was made under the same key, which says what the rows are
  // made from, and has the same size; begins anew otherwise. ResourceExhausted: no room on the disk
  // for all rows; NotFound or PermissionDenied: the folder.
  static absl::StatusOr<std::unique_ptr<RowStore>> Open(const std::string& path,
                                                        const std::string& key, int64_t num_rows,
                                                        int columns);
  ~RowStore();
  RowStore(const RowStore&) = delete;
  RowStore& operator=(const RowStore&) = delete;

  int64_t num_rows() const { return num_rows_; }
  int columns() const { return columns_; }
  int64_t num_done() const { return num_done_; }
  const float* Row(int64_t row) const { return values_ + row * columns_; }

  // The next rows, float32 [n, columns], packed. One thread.
  absl::Status Append(const cv::Mat& rows);
  // What was written and read so far need not stay in memory: it is read from the file again.
  void ReleaseMemory() const;

 private:
  RowStore() = default;
  absl::Status OpenFile(const std::string& path);
  absl::Status ReadJournal(const std::string& path, const std::string& key);

  int64_t num_rows_ = 0, num_done_ = 0;
  int columns_ = 0;
  int file_ = -1;
  std::string path_;
  float* values_ = nullptr;
  std::unique_ptr<LineJournal> journal_;
};

}  // namespace facet

#endif  // FACET_PLUGINS_CURATORS_PURITY_ROW_STORE_H_
