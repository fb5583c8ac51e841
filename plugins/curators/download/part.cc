#include "plugins/curators/download/part.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <system_error>
#include <utility>

#include "absl/strings/str_cat.h"
#include "core/base/hash.h"
#include "core/base/json.h"
#include "core/base/status.h"

namespace facet {
namespace {

absl::Status Failure(const char* what, const std::string& path) {
  return absl::ErrnoToStatus(errno, absl::StrCat("cannot ", what, " ", path));
}

absl::Status WriteTo(const std::string& path, bool append, std::string_view bytes) {
  const int flags = O_WRONLY | O_CREAT | O_CLOEXEC | (append ? O_APPEND : O_TRUNC);
  const int file = ::open(path.c_str(), flags, 0644);
  if (file < 0) return Failure("write", path);
  absl::Status status;
  while (status.ok() && !bytes.empty()) {
    const ssize_t written = ::write(file, bytes.data(), bytes.size());
    if (written >= 0) {
      bytes.remove_prefix(static_cast<size_t>(written));
    } else if (errno != EINTR) {
      status = Failure("write", path);
    }
  }
  ::close(file);
  return status;
}

}  // namespace

absl::StatusOr<DownloadPart> DownloadPart::Open(const std::string& path, const std::string& url) {
  DownloadPart part(path, url);
  std::error_code error;
  const std::filesystem::path folder = std::filesystem::path(path).parent_path();
  std::filesystem::create_directories(folder, error);
  if (error) {
    return absl::ErrnoToStatus(error.value(),
                               absl::StrCat("cannot make the folder ", folder.string()));
  }
  part.LoadNote();
  if (part.validator_.empty()) part.Remove();
  return part;
}

void DownloadPart::LoadNote() {
  std::error_code error;
  const uintmax_t size = std::filesystem::file_size(PartPath(), error);
  if (error) return;
  const absl::StatusOr<Json> note = ReadJsonFile(NotePath());  // torn: as if there were none
  if (!note.ok() || !note->is_object()) return;
  try {
    if (note->at("url") != url_) return;
    validator_ = note->at("if_range").get<std::string>();
    total_ = note->at("total").get<int64_t>();
    size_ = static_cast<int64_t>(size);
  } catch (const Json::exception&) {
    validator_.clear();
  }
}

absl::Status DownloadPart::Restart(const std::string& validator, int64_t total) {
  Remove();
  validator_ = validator;
  total_ = total;
  // The note comes first: bytes without it are never continued.
  if (!validator.empty()) {
    const Json note = {{"url", url_}, {"if_range", validator}, {"total", total}};
    FACET_RETURN_IF_ERROR(WriteTo(NotePath(), /*append=*/false, Dump(note)));
  }
  return WriteTo(PartPath(), /*append=*/false, "");
}

absl::Status DownloadPart::Append(std::string_view bytes) {
  FACET_RETURN_IF_ERROR(WriteTo(PartPath(), /*append=*/true, bytes));
  size_ += static_cast<int64_t>(bytes.size());
  return absl::OkStatus();
}

absl::StatusOr<std::string> DownloadPart::Start(size_t count) const {
  std::ifstream stream(PartPath(), std::ios::binary);
  if (!stream) return Failure("read", PartPath());
  std::string start(count, '\0');
  stream.read(start.data(), static_cast<std::streamsize>(count));
  start.resize(static_cast<size_t>(stream.gcount()));
  return start;
}

absl::StatusOr<DownloadPart::Finished> DownloadPart::Finish(std::string_view extension) {
  const int file = ::open(PartPath().c_str(), O_RDONLY | O_CLOEXEC);
  if (file < 0) return Failure("read", PartPath());
  const int synced = ::fdatasync(file);
  ::close(file);
  if (synced != 0) return Failure("sync", PartPath());
  Finished finished;
  FACET_ASSIGN_OR_RETURN(finished.sha256, Sha256File(PartPath()));
  for (const char* other : {"jpg", "png", "ppm", "bmp", "tiff", "webp"}) {
    if (extension != other) ::unlink(absl::StrCat(path_, ".", other).c_str());
  }
  finished.file = absl::StrCat(path_, ".", absl::string_view(extension.data(), extension.size()));
  if (std::rename(PartPath().c_str(), finished.file.c_str()) != 0) {
    return Failure("rename to", finished.file);
  }
  Remove();
  return finished;
}

void DownloadPart::Remove() {
  ::unlink(PartPath().c_str());
  ::unlink(NotePath().c_str());
  validator_.clear();
  size_ = 0;
  total_ = -1;
}

}  // namespace facet
