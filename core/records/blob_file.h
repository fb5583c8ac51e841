// Row -> bytes, in one memory-mapped LMDB file that is written once, in order, and then only read.
// The same rows give the same bytes in the file (on machines with one page size). While it is
// written, the rows are in "<path>.writing".
#ifndef FACET_CORE_RECORDS_BLOB_FILE_H_
#define FACET_CORE_RECORDS_BLOB_FILE_H_

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

namespace facet {

class BlobWriter {
 public:
  static absl::StatusOr<std::unique_ptr<BlobWriter>> Create(const std::string& path);
  virtual ~BlobWriter() = default;  // without Finish(): nothing is left behind
  // Rows ascending from 0 on, not necessarily every one; else InvalidArgument. ResourceExhausted: the
  // disk is full. So Finish().
  virtual absl::Status Append(int64_t row, std::string_view bytes) = 0;
  virtual absl::Status Finish() = 0;  // compact, synced
};
class BlobReader {
 public:
  // Needs read permission alone and writes nothing beside the file. DataLoss: not such a file, or
  // cut off.
  static absl::StatusOr<std::unique_ptr<BlobReader>> Open(const std::string& path);
  virtual ~BlobReader() = default;
  virtual int64_t size() const = 0;  // number of rows stored
  // Valid while the reader lives. NotFound names row and file. Any thread.
  virtual absl::StatusOr<std::string_view> Get(int64_t row) const = 0;
};

}  // namespace facet

#endif  // FACET_CORE_RECORDS_BLOB_FILE_H_
