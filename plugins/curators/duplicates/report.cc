// What the stage that removes duplicates says of itself.
#include <algorithm>
#include <unordered_map>
#include <unordered_set>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "plugins/curators/duplicates/stage.h"
#include "plugins/curators/duplicates/truth.h"
#include "plugins/curators/stage/summary.h"

namespace facet {
namespace {

constexpr int64_t kCells = 48;
constexpr size_t kCellsPerCluster = 4;

double Percent(int64_t part, int64_t of) {
  return 100.0 * static_cast<double>(part) / static_cast<double>(of);
}

// 1, 2, 3, 4, 5, 6 to 10, 11 to 20, and more.
Histogram SizesOf(const std::map<int64_t, int64_t>& sizes, int64_t alone) {
  Histogram histogram;
  histogram.name = "cluster sizes";
  histogram.x_label = "copies of one photograph";
  histogram.edges = {1, 2, 3, 4, 5, 6, 11, 21};
  histogram.edges.push_back(
      sizes.empty() ? 22.0 : std::max(22.0, static_cast<double>(sizes.rbegin()->first + 1)));
  histogram.counts.assign(histogram.edges.size() - 1, 0);
  histogram.counts[0] = alone;
  for (const auto& [size, count] : sizes) {
    const auto edge =
        std::upper_bound(histogram.edges.begin(), histogram.edges.end(), static_cast<double>(size));
    histogram.counts[static_cast<size_t>(edge - histogram.edges.begin() - 1)] += count;
  }
  return histogram;
}

void DescribeCalibration(const Json& learned, CurationResult* result) {
  if (!learned.contains("changes")) return;
  const auto thresholds = learned["thresholds"].get<std::vector<double>>();
  for (const char* name : {"found", "false"}) {
    Curve curve;
    curve.name = name == std::string("found") ? "made duplicates found" : "distinct pairs proposed";
    curve.x_label = "threshold of the l2 distance";
    curve.y_label = "share";
    curve.y = learned[name].get<std::vector<double>>();
    curve.x = thresholds;
    if (curve.y.size() == curve.x.size()) result->curves.push_back(std::move(curve));
  }
  std::string text = absl::StrFormat(
      "threshold %.3f from %d distinct pairs of one person (%d more pairs are copies by their "
      "pixels); made duplicates near enough, and agreeing too:",
      learned["threshold"].get<double>(), learned["distinct"].get<int64_t>(),
      learned["copies"].get<int64_t>());
  const char* separator = " ";
  for (const auto& [change, counts] : learned["changes"].items()) {
    const auto made = counts[0].get<int64_t>();
    absl::StrAppendFormat(&text, "%s%s %.1f %% and %.1f %% of %d", separator, change,
                          Percent(counts[1], made), Percent(counts[2], made), made);
    separator = ", ";
  }
  result->notices.push_back(text);
}

}  // namespace

absl::Status DuplicateStage::Describe(CurationResult* result) const {
  const auto count = [this](const char* name) {
    const auto found = counts_.find(name);
    return found == counts_.end() ? int64_t{0} : found->second;
  };
  const int64_t images = count("images");
  for (const char* reason : {kExactDuplicate, kNearDuplicate}) {
    result->metrics.push_back(CountedMetric(absl::StrCat("removed: ", reason),
                                            static_cast<double>(count(reason)), "1", images));
  }
  int64_t clusters = 0;
  for (const auto& [size, number] : cluster_sizes_) clusters += number;
  result->metrics.push_back(CountedMetric("clusters", static_cast<double>(clusters), "1", images));
  result->histograms.push_back(SizesOf(cluster_sizes_, images - count("images in clusters")));
  DescribeCalibration(learned_, result);
  for (const char* flag : {kUnreadable, kUnderAnotherName}) {
    if (count(flag) == 0) continue;
    result->notices.push_back(
        absl::StrCat(count(flag), " images are flagged \"", flag, "\" and stay"));
  }
  FACET_RETURN_IF_ERROR(ShowClusters(result));
  return ScoreByTruth(result);
}

// A sample of clusters with near duplicates, the kept image first; by Vitter's algorithm R.
absl::Status DuplicateStage::ShowClusters(CurationResult* result) const {
  FACET_ASSIGN_OR_RETURN(
      SqliteStatement row,
      run_->manifest().database().Prepare(absl::StrCat(
          "SELECT r.other, kept.path, identities.name, images.path, r.reason, r.detail ",
          "FROM removals AS r JOIN images ON images.id = r.image ",
          "JOIN images AS kept ON kept.id = r.other ",
          "JOIN identities ON identities.id = kept.identity ", "WHERE r.run = ", run_->id(),
          " ORDER BY r.other, r.image")));
  Random random(DeriveSeed(context_.seed, "clusters shown"));
  const auto limit = static_cast<size_t>(kCells) / kCellsPerCluster;
  std::vector<std::vector<ContactSheet::Cell>> shown;
  std::vector<ContactSheet::Cell> cluster;
  bool near = false;
  size_t number = 0;
  const auto finish = [&] {
    if (near && ++number <= limit) {
      shown.push_back(cluster);
    } else if (near) {
      const auto place = static_cast<size_t>(random.Index(number));
      if (place < limit) shown[place] = cluster;
    }
    cluster.clear();
    near = false;
  };
  for (int64_t kept = -1;;) {
    FACET_ASSIGN_OR_RETURN(const bool found, row.Step());
    if (!found || row.Int(0) != kept) finish();
    if (!found) break;
    if (cluster.empty()) cluster.push_back({row.Text(1), absl::StrCat("kept: ", row.Text(2))});
    kept = row.Int(0);
    near = near || row.Text(4) == kNearDuplicate;
    if (cluster.size() < kCellsPerCluster) {
      cluster.push_back({row.Text(3), absl::StrCat(row.Text(4), ": ", row.Text(5))});
    }
  }
  ContactSheet sheet;
  sheet.title = absl::StrCat("clusters with near duplicates (", number, ")");
  for (auto& cells : shown) {
    for (ContactSheet::Cell& cell : cells) sheet.cells.push_back(std::move(cell));
  }
  if (!sheet.cells.empty()) result->sheets.push_back(std::move(sheet));
  return absl::OkStatus();
}

absl::Status DuplicateStage::ScoreByTruth(CurationResult* result) const {
  FACET_ASSIGN_OR_RETURN(const auto truth, ReadTruth(run_->manifest()));
  if (!truth) return absl::OkStatus();
  std::unordered_set<int64_t> removed;
  {
    FACET_ASSIGN_OR_RETURN(SqliteStatement row,
                           run_->manifest().database().Prepare(absl::StrCat(
                               "SELECT image FROM removals WHERE run = ", run_->id())));
    for (;;) {
      FACET_ASSIGN_OR_RETURN(const bool found, row.Step());
      if (!found) break;
      removed.insert(row.Int(0));
    }
  }
  DuplicateFamilies families(*truth);
  std::unordered_map<int64_t, std::string> paths;
  FACET_ASSIGN_OR_RETURN(ManifestImages rows, run_->Images());
  for (ManifestImage image;;) {
    FACET_ASSIGN_OR_RETURN(const bool found, rows.Next(&image));
    if (!found) break;
    families.Add(image.id, image.identity, removed.count(image.id) > 0);
    paths[image.id] = image.path;
  }
  const DuplicateScore score = families.Score();
  if (score.duplicates > 0) {
    result->metrics.push_back(CountedMetric(
        "duplicates found", Percent(score.found, score.duplicates), "%", score.duplicates));
  }
  if (score.near > 0) {
    result->metrics.push_back(CountedMetric(
        "near duplicates found", Percent(score.near_found, score.near), "%", score.near));
  }
  if (score.distinct > 0) {
    result->metrics.push_back(CountedMetric(
        "distinct removed", Percent(score.distinct_lost, score.distinct), "%", score.distinct));
  }
  std::string text;
  for (const auto& [change, counts] : score.changes) {
    absl::StrAppendFormat(&text, "%s%s %.1f %% of %d", text.empty() ? "" : ", ", change,
                          Percent(counts.second, counts.first), counts.first);
  }
  if (!text.empty()) result->notices.push_back("near duplicates found by change: " + text);
  const auto show = [&](const std::string& title, const std::vector<int64_t>& images) {
    SheetSampler sampler(kCells, DeriveSeed(context_.seed, title));
    for (const int64_t image : images) {
      const auto how = truth->find(image);
      sampler.Add({paths[image], how == truth->end() ? "distinct" : how->second.detail});
    }
    if (!images.empty()) result->sheets.push_back(sampler.Sheet(title));
  };
  show("duplicates missed", score.missed);
  show("distinct, but removed", score.lost);
  return absl::OkStatus();
}

}  // namespace facet
