#include "plugins/curators/purity/sheets.h"

#include <algorithm>
#include <string>
#include <unordered_map>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "core/base/random.h"
#include "core/base/status.h"

namespace facet {
namespace {

constexpr size_t kCells = 48;

struct Chosen {
  std::string title;
  std::vector<size_t> faces;
};

// `count` of them, drawn, in their order.
std::vector<size_t> Draw(std::vector<size_t> faces, uint64_t seed) {
  if (faces.size() <= kCells) return faces;
  Random(seed).Shuffle(faces);
  faces.resize(kCells);
  std::sort(faces.begin(), faces.end());
  return faces;
}

template <class Wanted>
std::vector<size_t> Those(const std::vector<RankedFace>& faces, const Wanted& wanted) {
  std::vector<size_t> found;
  for (size_t i = 0; i < faces.size(); ++i) {
    if (wanted(faces[i])) found.push_back(i);
  }
  return found;
}

std::vector<size_t> Lowest(const std::vector<RankedFace>& faces) {
  std::vector<size_t> removed = Those(faces, [](const RankedFace& face) { return !face.kept; });
  std::stable_sort(removed.begin(), removed.end(),
                   [&](size_t a, size_t b) { return faces[a].score < faces[b].score; });
  removed.resize(std::min(removed.size(), kCells));
  return removed;
}

// Of each identity the lowest that is kept, or the highest that is not.
std::vector<size_t> AtTheCut(const std::vector<RankedFace>& faces,
                             const std::vector<int64_t>& begins, bool kept) {
  std::vector<size_t> found;
  for (size_t g = 0; g + 1 < begins.size(); ++g) {
    std::vector<size_t> own;
    for (auto i = static_cast<size_t>(begins[g]); i < static_cast<size_t>(begins[g + 1]); ++i) {
      if (faces[i].kept == kept) own.push_back(i);
    }
    if (own.empty()) continue;
    const auto lower = [&](size_t a, size_t b) { return faces[a].score < faces[b].score; };
    found.push_back(kept ? *std::min_element(own.begin(), own.end(), lower)
                         : *std::max_element(own.begin(), own.end(), lower));
  }
  return found;
}

// The paths and names of the images chosen, in one pass over the manifest.
absl::StatusOr<std::unordered_map<int64_t, ContactSheet::Cell>> CellsOf(
    const CurationRun& run, const std::vector<int64_t>& images, const std::vector<Chosen>& sheets) {
  std::unordered_map<int64_t, ContactSheet::Cell> cells;
  for (const Chosen& sheet : sheets) {
    for (const size_t face : sheet.faces) cells[images[face]];
  }
  std::unordered_map<int64_t, std::string> names;
  FACET_ASSIGN_OR_RETURN(const std::vector<ManifestIdentity> identities, run.Identities());
  for (const ManifestIdentity& identity : identities) names[identity.id] = identity.name;
  FACET_ASSIGN_OR_RETURN(ManifestImages all, run.Images());
  for (ManifestImage image;;) {
    FACET_ASSIGN_OR_RETURN(const bool found, all.Next(&image));
    if (!found) return cells;
    if (const auto cell = cells.find(image.id); cell != cells.end()) {
      cell->second = {image.path, names[image.identity]};
    }
  }
}

}  // namespace

absl::StatusOr<std::vector<ContactSheet>> PuritySheets(const CurationRun& run,
                                                       const std::vector<int64_t>& images,
                                                       const std::vector<int64_t>& begins,
                                                       const std::vector<RankedFace>& faces,
                                                       bool truth_known, uint64_t seed) {
  const auto draw = [seed](const std::string& title, std::vector<size_t> found) {
    return Chosen{absl::StrCat(title, " (", found.size(), ")"),
                  Draw(found, DeriveSeed(seed, title))};
  };
  std::vector<Chosen> chosen;
  chosen.push_back({"removed: lowest scores", Lowest(faces)});
  chosen.push_back(draw("removed, but next to the cut", AtTheCut(faces, begins, false)));
  chosen.push_back(draw("kept, but next to the cut", AtTheCut(faces, begins, true)));
  if (truth_known) {
    chosen.push_back(draw("wrong, but kept", Those(faces, [](const RankedFace& face) {
                            return face.kept && !face.right;
                          })));
    chosen.push_back(draw("right, but removed", Those(faces, [](const RankedFace& face) {
                            return !face.kept && face.right;
                          })));
  }
  FACET_ASSIGN_OR_RETURN(const auto cells, CellsOf(run, images, chosen));
  std::vector<ContactSheet> sheets;
  for (const Chosen& each : chosen) {
    ContactSheet sheet;
    sheet.title = each.title;
    for (const size_t face : each.faces) {
      ContactSheet::Cell cell = cells.at(images[face]);
      if (cell.path.empty()) continue;
      absl::StrAppend(&cell.caption, absl::StrFormat(" %.2f", faces[face].score));
      sheet.cells.push_back(std::move(cell));
    }
    if (!sheet.cells.empty()) sheets.push_back(std::move(sheet));
  }
  return sheets;
}

}  // namespace facet
