#include "plugins/curators/search/collected_truth.h"

#include <algorithm>
#include <map>
#include <tuple>
#include <utility>

#include "absl/strings/str_cat.h"
#include "core/base/status.h"
#include "plugins/curators/stage/summary.h"
#include "plugins/lists/csv.h"

namespace facet {
namespace {

struct UrlTruth {
  std::string wrong, wrong_detail;  // a reason, or empty
  std::string original;             // a URL, or empty
  bool exact = false;               // a duplicate: by bytes
  std::string changes;
};
// (folded name, URL) -> truth; without a name for everybody.
using Truths = std::map<std::pair<std::string, std::string>, UrlTruth>;

absl::StatusOr<Truths> ReadTruths(const std::string& path, const NameNormalizer& normalize) {
  Truths truths;
  const absl::Status status =
      CsvTable::Scan(path, [&](const CsvTable& table, CsvTable::Row&& row) -> absl::Status {
        for (const char* column : {"url", "what"}) {
          if (!table.Has(column)) {
            return absl::InvalidArgumentError(
                absl::StrCat(path, ":1: there is no column \"", column, "\""));
          }
        }
        const std::string &what = table.Get(row, "what"), &detail = table.Get(row, "detail");
        UrlTruth& truth = truths[{normalize(table.Get(row, "name")), table.Get(row, "url")}];
        if (what == kTruthWrongPerson || what == kTruthNoFace) {
          truth.wrong = what;
          truth.wrong_detail = detail;
        } else if (what == kTruthExactDuplicate || what == kTruthNearDuplicate) {
          truth.original = table.Get(row, "original");
          truth.exact = what == kTruthExactDuplicate;
          truth.changes = detail;
          if (truth.original.empty()) return table.Error(row, "a duplicate has an original");
        } else if (!what.empty()) {
          return table.Error(
              row, absl::StrCat("\"", what, "\" is none of \"", kTruthWrongPerson, "\", \"",
                                kTruthNoFace, "\", \"", kTruthExactDuplicate, "\", \"",
                                kTruthNearDuplicate, "\" and nothing"));
        }
        return absl::OkStatus();
      });
  if (!status.ok()) return status;
  return truths;
}

struct Member {
  const CollectedImage* image;
  const UrlTruth* truth;  // may be none
  bool repeats = false;   // another URL than its own

  bool IsThere() const { return !image->bytes_sha256.empty(); }
};

bool IsBetter(const Member& a, const Member& b) {
  const auto key = [](const Member& m) {
    // Unknown ranks come last.
    return std::make_tuple(!m.IsThere(), m.repeats, static_cast<uint64_t>(m.image->rank),
                           m.image->image);
  };
  return key(a) < key(b);
}

// By the bytes or, of what is not there, by what the table says.
bool IsExact(const Member& member, const Member& original) {
  if (member.IsThere() && original.IsThere()) {
    return member.image->bytes_sha256 == original.image->bytes_sha256;
  }
  return (!member.repeats || member.truth->exact) && (!original.repeats || original.truth->exact);
}

absl::Status MarkWrong(const Member& member, int64_t run, Manifest* manifest) {
  if (member.truth == nullptr || member.truth->wrong.empty()) return absl::OkStatus();
  ManifestMark mark;
  mark.image = member.image->image;
  mark.removes = false;
  mark.reason = member.truth->wrong;
  mark.detail = member.truth->wrong_detail;
  return manifest->Mark(run, mark);
}

absl::Status MarkDuplicates(const std::vector<Member>& members, int64_t run, Manifest* manifest) {
  const Member& original = *std::min_element(members.begin(), members.end(), IsBetter);
  for (const Member& member : members) {
    if (member.image == original.image) continue;
    const bool exact = IsExact(member, original);
    ManifestMark mark;
    mark.image = member.image->image;
    mark.removes = false;
    mark.reason = exact ? kTruthExactDuplicate : kTruthNearDuplicate;
    mark.other = original.image->image;
    mark.detail = exact ? (member.image->url == original.image->url ? "the same URL" : "")
                        : (member.repeats ? member.truth->changes : "");
    FACET_RETURN_IF_ERROR(manifest->Mark(run, mark));
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<int64_t> StoreTruth(const std::string& path,
                                   const std::vector<CollectedImage>& images,
                                   const NameNormalizer& normalize, Manifest* manifest) {
  FACET_ASSIGN_OR_RETURN(const Truths truths, ReadTruths(path, normalize));
  int64_t run = 0, unknown = 0;
  const absl::Status status = manifest->InTransaction([&]() -> absl::Status {
    FACET_ASSIGN_OR_RETURN(run, manifest->StartRun(kTruthStage, "{}"));
    std::map<std::pair<std::string, std::string>, std::vector<Member>> pictures;  // name, URL
    for (const CollectedImage& image : images) {
      auto found = truths.find({normalize(image.name), image.url});
      if (found == truths.end()) found = truths.find({"", image.url});
      Member member = {&image, found == truths.end() ? nullptr : &found->second};
      FACET_RETURN_IF_ERROR(MarkWrong(member, run, manifest));
      unknown += member.truth == nullptr && member.IsThere();
      std::string url = image.url;
      if (member.truth != nullptr && !member.truth->original.empty()) {
        member.repeats = true;
        url = member.truth->original;
      }
      pictures[{image.name, url}].push_back(member);
    }
    for (const auto& [picture, members] : pictures) {
      FACET_RETURN_IF_ERROR(MarkDuplicates(members, run, manifest));
    }
    return manifest->FinishRun(run, "{}");
  });
  if (!status.ok()) return status;
  return unknown;
}

}  // namespace facet
