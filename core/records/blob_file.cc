// BlobWriter and BlobReader over LMDB.
//
// Keys are the row as 8 bytes, most significant first, so that LMDB's order is the rows' order. The
// writer fills a working file in transactions of bounded size and then copies it page by page in
// key order (MDB_CP_COMPACT): the copy has no free pages, transaction id 1 and zeroed gaps, so its
// bytes depend on the rows alone.
#include "core/records/blob_file.h"

#include <fcntl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <mutex>
#include <utility>

#include "absl/strings/str_cat.h"
#include "core/base/status.h"
#include "lmdb.h"

namespace facet {
namespace {

constexpr size_t kInitialMapBytes = size_t{1} << 26;
constexpr size_t kTransactionBytes = size_t{1} << 26;

absl::Status LmdbError(int code, const char* what, const std::string& path) {
  const std::string context = absl::StrCat("cannot ", what, " ", path);
  if (code <= 0) return absl::DataLossError(absl::StrCat(context, ": ", mdb_strerror(code)));
  const absl::Status status = absl::ErrnoToStatus(code, context);
  const char* cure = "";
  if (code == EIO) return absl::DataLossError(status.message());
  if (code == ENOSPC) cure = "; that disk is full: make room there, then run again";
  if (code == EDQUOT) cure = "; your share of that disk is used up: make room, then run again";
  if (code == EFBIG) cure = "; files may be no larger here (`ulimit -f`): allow more";
  return absl::Status(status.code(), absl::StrCat(status.message(), cure));
}

// Why the file cannot grow by a little; 0: it can.
int ReasonNotToGrow(const std::string& path) {
  constexpr off_t kBytes = 1 << 20;
  struct stat info;
  rlimit limit;
  if (::stat(path.c_str(), &info) != 0) return errno;
  const rlim_t grown = static_cast<rlim_t>(info.st_size + kBytes);
  // Asked first: who tries to go beyond it gets a signal.
  if (::getrlimit(RLIMIT_FSIZE, &limit) == 0 && limit.rlim_cur < grown) return EFBIG;
  const int file = ::open(path.c_str(), O_WRONLY | O_CLOEXEC);
  if (file < 0) return errno;
  int error = ::posix_fallocate(file, info.st_size, kBytes);
  if (::ftruncate(file, info.st_size) != 0 && error == 0) error = errno;
  ::close(file);
  return error;
}

struct Key {
  explicit Key(int64_t row) {
    for (int i = 0; i < 8; ++i) bytes[i] = static_cast<uint8_t>(row >> (56 - 8 * i));
  }
  MDB_val val() { return {sizeof(bytes), bytes}; }
  uint8_t bytes[8];
};

class LmdbWriter final : public BlobWriter {
 public:
  explicit LmdbWriter(const std::string& path) : path_(path), working_(path + ".writing") {}
  ~LmdbWriter() override {
    Close();
    ::unlink(working_.c_str());
  }

  absl::Status Open() {
    ::unlink(working_.c_str());
    int code = mdb_env_create(&env_);
    if (code == 0) code = mdb_env_set_mapsize(env_, map_bytes_);
    if (code == 0) {
      code = mdb_env_open(env_, working_.c_str(), MDB_NOSUBDIR | MDB_NOLOCK | MDB_NOSYNC, 0644);
    }
    if (code != 0) return LmdbError(code, "write", working_);
    MDB_stat stat;
    mdb_env_stat(env_, &stat);
    page_bytes_ = stat.ms_psize;
    return Begin();
  }

  absl::Status Append(int64_t row, std::string_view bytes) override {
    if (row <= last_row_) {
      return absl::InvalidArgumentError(absl::StrCat(path_, ": row ", row, " after row ", last_row_,
                                                     "; rows must ascend from 0"));
    }
    // At most: the blob's own pages, and one of the tree's for every one of them.
    const size_t need = 2 * (bytes.size() / page_bytes_ + 2) * page_bytes_;
    if (in_transaction_bytes_ + need > kTransactionBytes || 2 * (used_bytes_ + need) > map_bytes_) {
      FACET_RETURN_IF_ERROR(Commit());
      while (2 * (used_bytes_ + need) > map_bytes_) map_bytes_ *= 2;
      if (const int code = mdb_env_set_mapsize(env_, map_bytes_); code != 0) {
        return LmdbError(code, "enlarge", working_);
      }
      FACET_RETURN_IF_ERROR(Begin());
    }
    used_bytes_ += need;
    in_transaction_bytes_ += need;
    Key key(row);
    MDB_val key_val = key.val();
    MDB_val value = {bytes.size(), const_cast<char*>(bytes.data())};
    if (const int code = mdb_put(transaction_, database_, &key_val, &value, MDB_APPEND);
        code != 0) {
      return LmdbError(code, "write", working_);
    }
    last_row_ = row;
    return absl::OkStatus();
  }

  absl::Status Finish() override {
    FACET_RETURN_IF_ERROR(Commit());
    // Our own descriptor: mdb_env_copy2 asks for O_DIRECT, which some file systems refuse late.
    const int file = ::open(path_.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
    if (file < 0) return absl::ErrnoToStatus(errno, absl::StrCat("cannot write ", path_));
    int code = mdb_env_copyfd2(env_, file, MDB_CP_COMPACT);
    if (code == 0 && ::fsync(file) != 0) code = errno;
    if (::close(file) != 0 && code == 0) code = errno;
    Close();
    ::unlink(working_.c_str());
    if (code == 0) return absl::OkStatus();
    ::unlink(path_.c_str());
    return LmdbError(code, "write", path_);
  }

 private:
  absl::Status Begin() {
    int code = mdb_txn_begin(env_, nullptr, 0, &transaction_);
    if (code == 0) code = mdb_dbi_open(transaction_, nullptr, 0, &database_);
    in_transaction_bytes_ = 0;
    return code == 0 ? absl::OkStatus() : LmdbError(code, "write", working_);
  }

  absl::Status Commit() {
    const int code = mdb_txn_commit(std::exchange(transaction_, nullptr));
    if (code == 0) return absl::OkStatus();
    // Its answer to a write that ends early, as one to a full disk does, too.
    const int reason = code == EIO ? ReasonNotToGrow(working_) : 0;
    return LmdbError(reason == 0 ? code : reason, "write", working_);
  }

  void Close() {
    if (transaction_ != nullptr) mdb_txn_abort(std::exchange(transaction_, nullptr));
    if (env_ != nullptr) mdb_env_close(std::exchange(env_, nullptr));
  }

  const std::string path_, working_;
  MDB_env* env_ = nullptr;
  MDB_txn* transaction_ = nullptr;
  MDB_dbi database_ = 0;
  size_t map_bytes_ = kInitialMapBytes;
  size_t page_bytes_ = 0;
  size_t used_bytes_ = 0, in_transaction_bytes_ = 0;  // upper bounds
  int64_t last_row_ = -1;
};

class LmdbReader final : public BlobReader {
 public:
  explicit LmdbReader(std::string path) : path_(std::move(path)) {}
  ~LmdbReader() override {
    if (transaction_ != nullptr) mdb_txn_abort(transaction_);
    if (env_ != nullptr) mdb_env_close(env_);
  }

  absl::Status Open() {
    struct stat file;
    if (::stat(path_.c_str(), &file) != 0) return LmdbError(errno, "read", path_);
    int code = mdb_env_create(&env_);
    if (code == 0) {
      code = mdb_env_open(env_, path_.c_str(), MDB_NOSUBDIR | MDB_RDONLY | MDB_NOLOCK, 0444);
    }
    if (code == 0) code = mdb_txn_begin(env_, nullptr, MDB_RDONLY, &transaction_);
    if (code == 0) code = mdb_dbi_open(transaction_, nullptr, 0, &database_);
    if (code != 0) return LmdbError(code, "read", path_);
    MDB_envinfo info;
    MDB_stat stat;
    mdb_env_info(env_, &info);
    mdb_env_stat(env_, &stat);
    size_ = static_cast<int64_t>(stat.ms_entries);
    // A page beyond the end of the file would kill the process when it is touched.
    const size_t expected = (info.me_last_pgno + 1) * stat.ms_psize;
    if (static_cast<size_t>(file.st_size) < expected) {
      return absl::DataLossError(absl::StrCat("cannot read ", path_, ": ", file.st_size,
                                              " bytes of ", expected, ", the file is cut off"));
    }
    return absl::OkStatus();
  }

  int64_t size() const override { return size_; }

  absl::StatusOr<std::string_view> Get(int64_t row) const override {
    Key key(row);
    MDB_val key_val = key.val(), value;
    int code;
    {
      // One transaction serves all threads, one at a time; looking a row up takes about a
      // microsecond, and its pages are read by the caller.
      const std::lock_guard<std::mutex> lock(mutex_);
      code = mdb_get(transaction_, database_, &key_val, &value);
    }
    if (code == MDB_NOTFOUND) {
      return absl::NotFoundError(absl::StrCat(path_, " has no row ", row));
    }
    if (code != 0) return LmdbError(code, "read", path_);
    return std::string_view(static_cast<const char*>(value.mv_data), value.mv_size);
  }

 private:
  const std::string path_;
  mutable std::mutex mutex_;
  MDB_env* env_ = nullptr;
  MDB_txn* transaction_ = nullptr;
  MDB_dbi database_ = 0;
  int64_t size_ = 0;
};

}  // namespace

absl::StatusOr<std::unique_ptr<BlobWriter>> BlobWriter::Create(const std::string& path) {
  auto writer = std::make_unique<LmdbWriter>(path);
  FACET_RETURN_IF_ERROR(writer->Open());
  return std::unique_ptr<BlobWriter>(std::move(writer));
}

absl::StatusOr<std::unique_ptr<BlobReader>> BlobReader::Open(const std::string& path) {
  auto reader = std::make_unique<LmdbReader>(path);
  FACET_RETURN_IF_ERROR(reader->Open());
  return std::unique_ptr<BlobReader>(std::move(reader));
}

}  // namespace facet
