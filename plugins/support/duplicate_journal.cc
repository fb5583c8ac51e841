#include "plugins/support/duplicate_journal.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <utility>

#include "absl/strings/str_cat.h"
#include "core/base/file.h"

namespace facet {
namespace {

Json ToJson(int64_t identity, const FoundDuplicates& found) {
  Json images = Json::array(), marks = Json::array();
  for (const ManifestImage& image : found.images) {
    images.push_back({image.id, image.width_px, image.height_px, image.num_bytes,
                      image.bytes_sha256, image.pixels_sha256});
  }
  for (const ManifestMark& mark : found.marks) {
    marks.push_back({mark.image, mark.reason, mark.removes, mark.other, mark.detail});
  }
  return {
      {"identity", identity}, {"images", images}, {"marks", marks}, {"clusters", found.clusters}};
}

// Throws Json::exception where it is of another form.
FoundDuplicates FromJson(const Json& line) {
  FoundDuplicates found;
  for (const Json& row : line.at("images")) {
    ManifestImage image;
    image.id = row.at(0);
    image.width_px = row.at(1);
    image.height_px = row.at(2);
    image.num_bytes = row.at(3);
    image.bytes_sha256 = row.at(4);
    image.pixels_sha256 = row.at(5);
    found.images.push_back(std::move(image));
  }
  for (const Json& row : line.at("marks")) {
    found.marks.push_back({row.at(0), row.at(1), row.at(2), row.at(3), row.at(4), 0, ""});
  }
  found.clusters = line.at("clusters").get<std::vector<std::vector<int64_t>>>();
  return found;
}

absl::Status SystemError(const std::string& what, const std::string& path) {
  return absl::UnavailableError(absl::StrCat("cannot ", what, " ", path, ": ", strerror(errno)));
}

}  // namespace

absl::StatusOr<Json> DuplicateJournal::ReadHead(const std::string& path, const std::string& key) {
  std::ifstream file(path);
  std::string text;
  if (file && std::getline(file, text) && !file.eof()) {
    const Json line = Json::parse(text, nullptr, false);
    if (line.is_object() && line.value("key", "") == key && line.contains("head")) {
      return line["head"];
    }
  }
  return absl::NotFoundError(absl::StrCat(path, ": no journal of this search"));
}

absl::Status DuplicateJournal::Create(const std::string& path, const std::string& key,
                                      const Json& head) {
  return WriteFileAtomically(path, Dump({{"key", key}, {"head", head}}) + "\n");
}

absl::StatusOr<std::unique_ptr<DuplicateJournal>> DuplicateJournal::Open(
    const std::string& path,
    const std::function<absl::Status(int64_t, const FoundDuplicates&)>& take) {
  std::ifstream text(path);
  std::string line;
  int64_t end = 0;
  for (int64_t number = 1; std::getline(text, line) && !text.eof(); ++number) {
    end += static_cast<int64_t>(line.size()) + 1;
    if (number == 1) continue;
    try {
      const Json entry = Json::parse(line);
      FACET_RETURN_IF_ERROR(take(entry.at("identity"), FromJson(entry)));
    } catch (const Json::exception& error) {
      return absl::DataLossError(absl::StrCat(path, ", line ", number, ": ", error.what(),
                                              "; remove the file to search anew"));
    }
  }
  const int file = open(path.c_str(), O_WRONLY | O_CLOEXEC);
  if (file < 0) return SystemError("open", path);
  std::unique_ptr<DuplicateJournal> journal(new DuplicateJournal(path, file));
  if (ftruncate(file, end) != 0 || lseek(file, 0, SEEK_END) < 0) {
    return SystemError("cut off the last line of", path);
  }
  return journal;
}

DuplicateJournal::~DuplicateJournal() { close(file_); }

absl::Status DuplicateJournal::Append(int64_t identity, const FoundDuplicates& found) {
  const std::string line = Dump(ToJson(identity, found)) + "\n";
  for (size_t done = 0; done < line.size();) {
    const ssize_t count = write(file_, line.data() + done, line.size() - done);
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) return SystemError("write", path_);
    done += static_cast<size_t>(count);
  }
  return fdatasync(file_) == 0 ? absl::OkStatus() : SystemError("sync", path_);
}

}  // namespace facet
