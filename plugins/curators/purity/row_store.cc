#include "plugins/curators/purity/row_store.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <sstream>
#include <string_view>

#include "absl/strings/str_cat.h"
#include "core/base/hash.h"
#include "core/base/status.h"
#include "plugins/curators/local_descriptors/matrix_rows.h"

namespace facet {
namespace {

absl::Status SystemError(const std::string& path, const std::string& what) {
  const int error = errno;
  const std::string message = absl::StrCat(path, ": ", what, ": ", std::strerror(error));
  if (error == ENOSPC || error == EFBIG || error == EDQUOT) {
    return absl::ResourceExhaustedError(message);
  }
  if (error == ENOENT || error == ENOTDIR) return absl::NotFoundError(message);
  if (error == EACCES || error == EROFS) return absl::PermissionDeniedError(message);
  return absl::InternalError(message);
}

std::string DigestOf(const float* values, int64_t count) {
  return Sha256Hex(std::string_view(reinterpret_cast<const char*>(values),
                                    static_cast<size_t>(count) * sizeof(float)));
}

size_t NumBytes(int64_t rows, int columns) {
  return static_cast<size_t>(rows) * static_cast<size_t>(columns) * sizeof(float);
}

absl::Status WriteAt(int file, const char* bytes, size_t count, size_t offset,
                     const std::string& path) {
  for (size_t done = 0; done < count;) {
    const ssize_t written =
        pwrite(file, bytes + done, count - done, static_cast<off_t>(offset + done));
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return SystemError(path, "cannot be written");
    done += static_cast<size_t>(written);
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<std::unique_ptr<RowStore>> RowStore::Open(const std::string& path,
                                                         const std::string& key, int64_t num_rows,
                                                         int columns) {
  if (num_rows < 1 || columns < 1 || key.find('\n') != std::string::npos) {
    return absl::InvalidArgumentError(absl::StrCat(path, ": ", num_rows, " rows of ", columns,
                                                   " numbers; give at least one of each, and a "
                                                   "key of one line"));
  }
  std::unique_ptr<RowStore> store(new RowStore());
  store->num_rows_ = num_rows;
  store->columns_ = columns;
  store->path_ = path;
  FACET_RETURN_IF_ERROR(store->OpenFile(path));
  FACET_RETURN_IF_ERROR(store->ReadJournal(path + ".journal", key));
  return store;
}

RowStore::~RowStore() {
  if (values_ != nullptr) munmap(values_, NumBytes(num_rows_, columns_));
  if (file_ >= 0) close(file_);
}

absl::Status RowStore::OpenFile(const std::string& path) {
  file_ = open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644);
  if (file_ < 0) return SystemError(path, "cannot be opened");
  const size_t size = NumBytes(num_rows_, columns_);
  // Not ftruncate alone: without room on the disk, reading would kill the program later.
  if (ftruncate(file_, static_cast<off_t>(size)) != 0) {
    return SystemError(path, absl::StrCat("cannot have ", size, " bytes"));
  }
  if (const int error = posix_fallocate(file_, 0, static_cast<off_t>(size)); error != 0) {
    errno = error;
    return SystemError(path, absl::StrCat("no room for ", size, " bytes"));
  }
  void* const mapped = mmap(nullptr, size, PROT_READ, MAP_SHARED, file_, 0);
  if (mapped == MAP_FAILED) return SystemError(path, "cannot be mapped into memory");
  values_ = static_cast<float*>(mapped);
  return absl::OkStatus();
}

absl::Status RowStore::ReadJournal(const std::string& path, const std::string& key) {
  const std::string head = absl::StrCat("facet rows 1 ", num_rows_, " ", columns_, " ", key);
  // A line is believed if its rows are those that were written.
  const auto take = [&](int64_t number, const std::string& line) -> absl::StatusOr<bool> {
    if (number == 1) return line == head;
    std::istringstream fields(line);
    int64_t rows = 0;
    std::string digest;
    if (!(fields >> rows >> digest) || rows <= num_done_ || rows > num_rows_) return false;
    if (DigestOf(Row(num_done_), (rows - num_done_) * columns_) != digest) return false;
    num_done_ = rows;
    return true;
  };
  FACET_ASSIGN_OR_RETURN(journal_, LineJournal::Open(path, "another process adds rows", take));
  ReleaseMemory();
  return journal_->empty() ? journal_->Append(head) : absl::OkStatus();
}

absl::Status RowStore::Append(const cv::Mat& rows) {
  FACET_RETURN_IF_ERROR(CheckRows(rows, 1, columns_, path_));
  if (rows.rows > num_rows_ - num_done_) {
    return absl::InvalidArgumentError(absl::StrCat(path_, ": ", rows.rows, " more rows than the ",
                                                   num_done_, " of ", num_rows_, " that it has"));
  }
  const size_t size = NumBytes(rows.rows, columns_);
  FACET_RETURN_IF_ERROR(
      WriteAt(file_, rows.ptr<char>(), size, NumBytes(num_done_, columns_), path_));
  if (fdatasync(file_) != 0) return SystemError(path_, "cannot be synced");
  num_done_ += rows.rows;
  return journal_->Append(absl::StrCat(
      num_done_, " ", DigestOf(rows.ptr<float>(), static_cast<int64_t>(rows.total()))));
}

void RowStore::ReleaseMemory() const {
  madvise(values_, NumBytes(num_rows_, columns_), MADV_DONTNEED);
}

}  // namespace facet
