#include "core/base/file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <random>

#include "absl/memory/memory.h"
#include "absl/strings/str_cat.h"
#include "core/base/status.h"

namespace facet {
namespace {

absl::Status WriteAll(int file, std::string_view content, const std::string& path) {
  while (!content.empty()) {
    const ssize_t written = ::write(file, content.data(), content.size());
    if (written < 0) {
      if (errno == EINTR) continue;
      return absl::ErrnoToStatus(errno, absl::StrCat("cannot write ", path));
    }
    content.remove_prefix(static_cast<size_t>(written));
  }
  return absl::OkStatus();
}

// `size`: what is probably there; pipes and files of /proc say 0.
absl::Status ReadAll(int file, size_t size, const std::string& what, std::string* content) {
  constexpr size_t kLeast = 4096;
  size_t used = 0;
  while (true) {
    content->resize(std::max(used + kLeast, size + 1));
    const ssize_t count = ::read(file, content->data() + used, content->size() - used);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return FileError(errno, what);
    if (count == 0) break;
    used += static_cast<size_t>(count);
    size = std::max(size, 2 * used);
  }
  content->resize(used);
  return absl::OkStatus();
}

}  // namespace

absl::Status FileError(int error, std::string_view what) {
  const absl::string_view message(what.data(), what.size());
  switch (error) {
    case 0:  // a stream that does not say why
      return absl::UnavailableError(absl::StrCat(message, ": unknown error"));
    case EIO:
    case EMFILE:
    case ENFILE:
    case ENOMEM:
    case ESTALE:
    case ETIMEDOUT:
      return absl::UnavailableError(absl::StrCat(message, ": ", std::strerror(error)));
    default:
      return absl::ErrnoToStatus(error, message);
  }
}

absl::StatusOr<std::string> ReadFile(const std::string& path) {
  const std::string what = absl::StrCat("cannot read ", path);
  const int file = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (file < 0) return FileError(errno, what);
  struct stat info;
  std::string content;
  absl::Status status;
  if (::fstat(file, &info) != 0) {
    status = FileError(errno, what);
  } else if (S_ISDIR(info.st_mode)) {
    status = absl::FailedPreconditionError(absl::StrCat(what, ": is a folder"));
  } else {
    status = ReadAll(file, static_cast<size_t>(info.st_size), what, &content);
  }
  ::close(file);
  if (!status.ok()) return status;
  return content;
}

AtomicFile::AtomicFile(std::string path, std::string temporary, int file)
    : path_(std::move(path)), temporary_(std::move(temporary)), file_(file) {}

absl::StatusOr<std::unique_ptr<AtomicFile>> AtomicFile::Create(const std::string& path) {
  // A file of its own, under a name that nobody could have planted a link under.
  std::random_device random;
  std::string temporary = absl::StrCat(path, ".", absl::Hex(random()), absl::Hex(random()));
  const int file = ::open(temporary.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644);
  if (file < 0) return absl::ErrnoToStatus(errno, absl::StrCat("cannot write ", temporary));
  return absl::WrapUnique(new AtomicFile(path, std::move(temporary), file));
}

AtomicFile::~AtomicFile() {
  ::close(file_);
  if (!committed_) ::unlink(temporary_.c_str());
}

absl::Status AtomicFile::Append(std::string_view content) {
  return WriteAll(file_, content, temporary_);
}

absl::Status AtomicFile::Commit() {
  if (::fsync(file_) != 0) {
    return absl::ErrnoToStatus(errno, absl::StrCat("cannot sync ", temporary_));
  }
  if (std::rename(temporary_.c_str(), path_.c_str()) != 0) {
    return absl::ErrnoToStatus(errno, absl::StrCat("cannot rename to ", path_));
  }
  committed_ = true;
  return Sync(FolderOf(path_));
}

absl::Status WriteFileAtomically(const std::string& path, std::string_view content) {
  FACET_ASSIGN_OR_RETURN(const std::unique_ptr<AtomicFile> file, AtomicFile::Create(path));
  FACET_RETURN_IF_ERROR(file->Append(content));
  return file->Commit();
}

absl::Status Sync(const std::string& path) {
  const int file = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (file < 0) return absl::ErrnoToStatus(errno, absl::StrCat("cannot open ", path));
  const int result = ::fsync(file);
  const int error = errno;
  ::close(file);
  if (result == 0) return absl::OkStatus();
  return absl::ErrnoToStatus(error, absl::StrCat("cannot sync ", path));
}

std::string FolderOf(const std::string& path) {
  const std::string folder = std::filesystem::path(path).parent_path().string();
  return folder.empty() ? "." : folder;
}

}  // namespace facet
