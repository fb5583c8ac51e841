#include "plugins/datasets/own_pairs.h"

#include <algorithm>
#include <filesystem>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "plugins/lists/folder_listing.h"
#include "plugins/lists/image_names.h"

namespace facet {

absl::Status DropEmptyFolds(DatasetContents* contents) {
  Protocol& protocol = contents->protocol;
  const int64_t left = NumFoldsOf(protocol.pairs), all = protocol.num_folds;
  if (left == all) return absl::OkStatus();
  if (left < 2 || protocol.kind == Protocol::Kind::kSplit) {
    return absl::NotFoundError(absl::StrCat("pairs are left in ", left, " of ", all, " folds; ",
                                            protocol.kind == Protocol::Kind::kSplit
                                                ? "a split needs both"
                                                : "cross-validation needs 2"));
  }
  std::vector<int64_t> new_fold(static_cast<size_t>(all), -1);
  for (const Pair& pair : protocol.pairs) new_fold[static_cast<size_t>(pair.fold)] = 0;
  int64_t next = 0;
  for (int64_t& fold : new_fold) {
    if (fold == 0) fold = next++;
  }
  for (Pair& pair : protocol.pairs) pair.fold = new_fold[static_cast<size_t>(pair.fold)];
  for (Sample& sample : contents->samples) {
    if (sample.fold >= 0) sample.fold = new_fold[static_cast<size_t>(sample.fold)];
  }
  protocol.num_folds = left;
  contents->counts["folds without pairs"] = all - left;
  contents->notices.push_back(absl::StrCat(all - left, " of ", all,
                                           " folds have no pair left; the other ", left,
                                           " are scored, numbered anew."));
  return absl::OkStatus();
}

std::string OneSidedFolds(const Protocol& protocol) {
  std::vector<int64_t> pairs(static_cast<size_t>(2 * protocol.num_folds));
  for (const Pair& pair : protocol.pairs)
    ++pairs[static_cast<size_t>(2 * pair.fold + pair.genuine)];
  int64_t one_sided = 0;
  std::string first;
  for (int64_t fold = 0; fold < protocol.num_folds; ++fold) {
    const auto at = static_cast<size_t>(2 * fold);
    if (pairs[at] > 0 && pairs[at + 1] > 0) continue;
    if (++one_sided > 1) continue;
    first = absl::StrCat("fold ", fold, " of ", protocol.num_folds, " (counted from 0) has no ",
                         pairs[at] == 0 ? "impostor" : "genuine", " pair");
  }
  return one_sided > 1 ? absl::StrCat(first, ", and ", one_sided - 1, " more are of one kind alone")
                       : first;
}

void NoteOneSidedFolds(const std::string& list, const std::string& cure,
                       DatasetContents* contents) {
  const std::vector<Pair>& pairs = contents->protocol.pairs;
  const auto genuine =
      std::count_if(pairs.begin(), pairs.end(), [](const Pair& pair) { return pair.genuine; });
  if (genuine == 0 || genuine == static_cast<int64_t>(pairs.size())) {
    const char* const kind = genuine == 0 ? "genuine" : "impostor";
    contents->notices.push_back(absl::StrCat(
        list, ": there is no ", kind, " pair at all, so no error rate: add ", kind, " pairs."));
    return;
  }
  const std::string folds = OneSidedFolds(contents->protocol);
  if (folds.empty()) return;
  contents->notices.push_back(
      absl::StrCat(list, ": ", folds, ", so no error rate of it alone: ", cure, "."));
}

std::string OtherEnding(const std::string& path) {
  const std::filesystem::path wanted = path;
  const absl::StatusOr<FolderListing> listing = ListFolder(wanted.parent_path().string());
  if (!listing.ok()) return "";
  for (const std::string& file : listing->files) {
    const bool same = std::filesystem::path(file).stem() == wanted.stem();
    if (same && HasImageExtension(file)) return file;
  }
  return "";
}

std::string ImageListAdvice(const std::string& root, bool videos) {
  return absl::StrCat(
      "data = { use = \"image_list\", root = \"", root,
      "\", list = \"images.csv\", pairs = \"pairs.csv\" }, where images.csv has the "
      "columns path,identity",
      videos ? ",video" : "", " and pairs.csv first,second,genuine,fold",
      videos ? " of names of videos" : "");
}

}  // namespace facet
