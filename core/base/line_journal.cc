#include "core/base/line_journal.h"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <fstream>

#include "absl/strings/str_cat.h"
#include "core/base/file.h"
#include "core/base/regular_file.h"
#include "core/base/status.h"

namespace facet {

absl::StatusOr<std::unique_ptr<LineJournal>> LineJournal::Open(const std::string& path,
                                                               const std::string& in_use,
                                                               const Take& take) {
  const int file = ::open(path.c_str(), O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
  if (file < 0) return absl::ErrnoToStatus(errno, absl::StrCat("cannot open ", path));
  std::unique_ptr<LineJournal> journal(new LineJournal(path, file));
  FACET_RETURN_IF_ERROR(CheckRegularFile(path));
  if (::flock(file, LOCK_EX | LOCK_NB) != 0) {
    return absl::FailedPreconditionError(absl::StrCat(path, " is in use: ", in_use));
  }
  FACET_RETURN_IF_ERROR(journal->Load(take));
  FACET_RETURN_IF_ERROR(Sync(FolderOf(path)));
  return journal;
}

LineJournal::~LineJournal() { ::close(file_); }

absl::Status LineJournal::Load(const Take& take) {
  std::ifstream text(path_, std::ios::binary);
  if (!text) return absl::UnavailableError(absl::StrCat("cannot read ", path_));
  std::string line;
  for (int64_t number = 1; std::getline(text, line) && !text.eof(); ++number) {
    FACET_ASSIGN_OR_RETURN(const bool taken, take(number, line));
    if (!taken) break;
    size_ += static_cast<int64_t>(line.size()) + 1;
  }
  if (text.bad()) return absl::UnavailableError(absl::StrCat("cannot read ", path_));
  if (::ftruncate(file_, static_cast<off_t>(size_)) != 0) {
    return absl::ErrnoToStatus(errno, absl::StrCat("cannot cut off the end of ", path_));
  }
  return absl::OkStatus();
}

absl::Status LineJournal::Write(const std::string& text) const {
  for (size_t done = 0; done < text.size();) {
    const ssize_t count = ::write(file_, text.data() + done, text.size() - done);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return absl::ErrnoToStatus(errno, absl::StrCat("cannot write to ", path_));
    done += static_cast<size_t>(count);
  }
  if (::fdatasync(file_) == 0) return absl::OkStatus();
  return absl::ErrnoToStatus(errno, absl::StrCat("cannot sync ", path_));
}

absl::Status LineJournal::Append(const std::string& line) {
  if (damaged_) {
    return absl::DataLossError(
        absl::StrCat(path_, " has a line that could not be finished; free space, start again"));
  }
  const std::string text = line + "\n";
  if (absl::Status status = Write(text); !status.ok()) {
    // Or the next line would follow the part that was written.
    damaged_ = ::ftruncate(file_, static_cast<off_t>(size_)) != 0;
    return status;
  }
  size_ += static_cast<int64_t>(text.size());
  return absl::OkStatus();
}

}  // namespace facet
