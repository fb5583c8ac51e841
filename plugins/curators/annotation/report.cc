#include "plugins/curators/annotation/report.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "core/base/random.h"
#include "plugins/curators/stage/run.h"

namespace facet {
namespace {

constexpr int64_t kSheetCells = 48;
constexpr int64_t kRankStep = 50;  // images per point of the curves by score rank

// Shares by bin of a rank.
class Shares {
 public:
  void Add(int64_t bin, bool yes) {
    const size_t index = static_cast<size_t>(bin);
    if (index >= all_.size()) all_.resize(index + 1), yes_.resize(index + 1);
    ++all_[index];
    yes_[index] += yes;
  }
  // In percent at the upper end of each bin of `step`.
  Curve AsCurve(const std::string& name, const std::string& x_label, const std::string& y_label,
                int64_t step) const {
    Curve curve{name, x_label, y_label, {}, {}};
    for (size_t i = 0; i < all_.size(); ++i) {
      if (all_[i] == 0) continue;
      curve.x.push_back(static_cast<double>((static_cast<int64_t>(i) + 1) * step));
      curve.y.push_back(100.0 * static_cast<double>(yes_[i]) / static_cast<double>(all_[i]));
    }
    return curve;
  }

 private:
  std::vector<int64_t> all_, yes_;
};

void AddCurves(const AnnotationFindings& f, CurationResult* result) {
  Shares left_by_block, left_by_rank, pure_by_block, pure_by_rank;
  int64_t rank = 0;
  for (size_t i = 0; i < f.blocks->size(); ++i) {
    const AnnotationBlock& block = (*f.blocks)[i];
    const BlockVerdict& verdict = f.annotation->verdicts[i];
    if (block.rank == 0) rank = 0;
    for (const BlockImage& image : block.images) {
      const bool left =
          verdict.accepted.value_or(false) && verdict.rejected.count(image.row.path) == 0;
      left_by_block.Add(block.rank, left);
      left_by_rank.Add(rank / kRankStep, left);
      if (f.truth.has_value()) {
        const bool right = IsRight(f.truth, image.row.id);
        pure_by_block.Add(block.rank, right);
        pure_by_rank.Add(rank / kRankStep, right);
      }
      ++rank;
    }
  }
  const std::string block_label = "block of its person", rank_label = "rank by score";
  if (f.truth.has_value()) {
    const std::string label = "show their person [%]";
    result->curves.push_back(pure_by_block.AsCurve("purity by block", block_label, label, 1));
    result->curves.push_back(
        pure_by_rank.AsCurve("purity by score rank", rank_label, label, kRankStep));
  }
  const std::string label = "left [%]";
  result->curves.push_back(left_by_block.AsCurve("left by block", block_label, label, 1));
  result->curves.push_back(
      left_by_rank.AsCurve("left by score rank", rank_label, label, kRankStep));
}

void AddHistogram(const AnnotationFindings& f, CurationResult* result) {
  Histogram histogram{"seconds per block", "time of annotators [s]", {0}, {}};
  double longest = 0;
  for (const BlockVerdict& verdict : f.annotation->verdicts)
    longest = std::max(longest, verdict.seconds);
  // At most 24 bins of 1, 2, 5, 10, ... seconds.
  double step = 1;
  for (int i = 0; longest >= 24 * step; ++i) step *= i % 3 == 1 ? 2.5 : 2;
  for (double edge = step; histogram.edges.back() <= longest; edge += step) {
    histogram.edges.push_back(edge);
    histogram.counts.push_back(0);
  }
  for (const BlockVerdict& verdict : f.annotation->verdicts) {
    if (!verdict.accepted.has_value()) continue;
    ++histogram.counts[static_cast<size_t>(verdict.seconds / step)];
  }
  result->histograms.push_back(std::move(histogram));
}

void AddSheets(const AnnotationFindings& f, CurationResult* result) {
  const auto sampler = [&](const char* name) {
    return SheetSampler(kSheetCells, DeriveSeed(f.seed, name));
  };
  SheetSampler accepted = sampler("accepted"), wrong = sampler("wrong"), lost = sampler("lost");
  for (size_t i = 0; i < f.blocks->size(); ++i) {
    const AnnotationBlock& block = (*f.blocks)[i];
    const BlockVerdict& verdict = f.annotation->verdicts[i];
    if (!verdict.accepted.has_value()) continue;
    for (const BlockImage& image : block.images) {
      ContactSheet::Cell cell{image.row.path, absl::StrCat(block.name, ": ", BlockLabel(block))};
      if (image.score.has_value()) absl::StrAppendFormat(&cell.caption, ", %.2f", *image.score);
      const bool right = f.truth.has_value() && IsRight(f.truth, image.row.id);
      if (!*verdict.accepted) {
        if (right) lost.Add(cell);
      } else if (verdict.rejected.count(image.row.path) == 0) {
        accepted.Add(cell);
        if (right || !f.truth.has_value()) continue;
        const ImageTruth& truth = f.truth->at(image.row.id);
        absl::StrAppend(&cell.caption, "; ", truth.reason, truth.detail.empty() ? "" : ": ",
                        truth.detail);
        wrong.Add(cell);
      }
    }
  }
  const auto show = [result](const SheetSampler& samples, const std::string& title) {
    ContactSheet sheet = samples.Sheet(title);
    if (!sheet.cells.empty()) result->sheets.push_back(std::move(sheet));
  };
  show(accepted, "accepted blocks");
  show(wrong, "wrong images in accepted blocks");
  show(lost, "right images in rejected blocks");
}

Metric CountOf(const std::string& name, int64_t count) {
  return CountedMetric(name, static_cast<double>(count), "1", count);
}

Metric ShareOf(const std::string& name, int64_t part, int64_t of) {
  return CountedMetric(name, 100.0 * static_cast<double>(part) / static_cast<double>(of), "%", of);
}

}  // namespace

void ReportAnnotation(const AnnotationFindings& f, CurationResult* result) {
  int64_t accepted = 0, judged = 0, images = 0, right_verdicts = 0;
  for (size_t i = 0; i < f.blocks->size(); ++i) {
    const AnnotationBlock& block = (*f.blocks)[i];
    const BlockVerdict& verdict = f.annotation->verdicts[i];
    if (!verdict.accepted.has_value()) continue;
    const int64_t size = static_cast<int64_t>(block.images.size());
    ++judged;
    accepted += *verdict.accepted;
    images += size;
    if (f.truth.has_value()) {
      const bool pure = f.task.IsPure(CountRight(block, f.truth), size);
      right_verdicts += *verdict.accepted == pure;
    }
  }
  result->metrics.push_back(CountOf("blocks accepted", accepted));
  result->metrics.push_back(CountOf("blocks rejected", judged - accepted));
  result->metrics.push_back(CountOf("images judged", images));
  if (f.truth.has_value() && judged > 0) {
    result->metrics.push_back(ShareOf("verdicts right", right_verdicts, judged));
  }
  if (f.annotation->agreement.pairs > 0) {
    result->metrics.push_back(
        ShareOf("agreement", f.annotation->agreement.equal, f.annotation->agreement.pairs));
  }
  AddCurves(f, result);
  AddHistogram(f, result);
  AddSheets(f, result);
}

}  // namespace facet
