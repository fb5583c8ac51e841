#include "plugins/curators/duplicates/journal.h"

#include <fstream>
#include <utility>

#include "absl/strings/str_cat.h"
#include "core/base/file.h"
#include "core/base/status.h"

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

}  // namespace

absl::StatusOr<Json> DuplicateJournal::ReadHead(const std::string& path, const std::string& key) {
  std::ifstream file(path);
  std::string text;
  if (file && std::getline(file, text) && !file.eof()) {
    const absl::StatusOr<Json> line = ParseJson(text, path);
    if (line.ok() && line->is_object() && line->value("key", "") == key && line->contains("head")) {
      return line->at("head");
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
  const auto take_line = [&](int64_t number, const std::string& line) -> absl::StatusOr<bool> {
    if (number == 1) return true;  // the head
    const auto damaged = [&](const auto& why) {
      return absl::DataLossError(
          absl::StrCat(path, ", line ", number, ": ", why, "; remove the file to search anew"));
    };
    const absl::StatusOr<Json> entry = ParseJson(line, "it");
    if (!entry.ok()) return damaged(entry.status().message());
    try {
      FACET_RETURN_IF_ERROR(take(entry->at("identity"), FromJson(*entry)));
      return true;
    } catch (const Json::exception& error) {
      return damaged(error.what());
    }
  };
  FACET_ASSIGN_OR_RETURN(std::unique_ptr<LineJournal> lines,
                         LineJournal::Open(path, "another search writes to it", take_line));
  return std::unique_ptr<DuplicateJournal>(new DuplicateJournal(std::move(lines)));
}

absl::Status DuplicateJournal::Append(int64_t identity, const FoundDuplicates& found) {
  return lines_->Append(Dump(ToJson(identity, found)));
}

}  // namespace facet
