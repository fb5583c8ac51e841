#include "plugins/curators/annotation/people_report.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_format.h"
#include "core/base/random.h"
#include "plugins/curators/stage/run.h"

namespace facet {
namespace {

constexpr int64_t kCells = 48;
constexpr size_t kPurityBins = 20;

struct Side {  // accepted, or rejected
  int64_t people = 0;
  double purity = 0;  // sum
};

void AddCount(const std::string& name, int64_t count, CurationResult* result) {
  result->metrics.push_back(CountedMetric(name, static_cast<double>(count), "1", count));
}

// The mean of `sum` over `count`; nothing of nothing.
void AddMean(const std::string& name, double sum, const char* unit, int64_t count,
             CurationResult* result) {
  if (count == 0) return;
  result->metrics.push_back(CountedMetric(name, sum / static_cast<double>(count), unit, count));
}

Histogram PurityHistogram() {
  Histogram histogram{"purity of people", "estimated purity [%]", {}, {}};
  for (size_t i = 0; i <= kPurityBins; ++i) {
    histogram.edges.push_back(100.0 * static_cast<double>(i) / kPurityBins);
  }
  histogram.counts.resize(kPurityBins);
  return histogram;
}

}  // namespace

void ReportPeople(const AnnotationFindings& f, CurationResult* result) {
  Side sides[2];
  SheetSampler samples[2] = {SheetSampler(kCells, DeriveSeed(f.seed, "rejected people")),
                             SheetSampler(kCells, DeriveSeed(f.seed, "accepted people"))};
  Histogram histogram = PurityHistogram();
  int64_t sheets = 0, images = 0, right_verdicts = 0;
  double seconds = 0;
  for (size_t i = 0; i < f.blocks->size(); ++i) {
    const AnnotationBlock& person = (*f.blocks)[i];
    const BlockVerdict& verdict = f.annotation->verdicts[i];
    if (!verdict.accepted.has_value()) continue;
    const auto size = static_cast<int64_t>(person.images.size());
    Side& side = sides[*verdict.accepted];
    ++side.people;
    side.purity += verdict.purity;
    sheets += f.task.NumSheets(size);
    images += size;
    seconds += verdict.seconds;
    const auto bin = static_cast<size_t>(verdict.purity * kPurityBins);
    ++histogram.counts[std::min(bin, kPurityBins - 1)];  // the last one has 100 %, too
    if (f.truth.has_value()) {
      right_verdicts += *verdict.accepted == f.task.IsPure(CountRight(person, f.truth), size);
    }
    for (const BlockImage& image : person.images) {
      samples[*verdict.accepted].Add(
          {image.row.path, absl::StrFormat("%s: %.1f %%", person.name, 100 * verdict.purity)});
    }
  }
  const int64_t judged = sides[0].people + sides[1].people;
  AddCount("people accepted", sides[1].people, result);
  AddCount("people rejected", sides[0].people, result);
  AddCount("sheets shown", sheets, result);
  AddCount("images judged", images, result);
  AddMean("purity of those accepted", 100 * sides[1].purity, "%", sides[1].people, result);
  AddMean("purity of those rejected", 100 * sides[0].purity, "%", sides[0].people, result);
  AddMean("time per person", seconds, "s", judged, result);
  if (f.truth.has_value()) {
    AddMean("verdicts right", 100.0 * static_cast<double>(right_verdicts), "%", judged, result);
  }
  const Agreement& agreement = f.annotation->agreement;
  AddMean("agreement", 100.0 * static_cast<double>(agreement.equal), "%", agreement.pairs, result);
  result->histograms.push_back(std::move(histogram));
  result->sheets.push_back(samples[1].Sheet("images of people accepted"));
  result->sheets.push_back(samples[0].Sheet("images of people rejected"));
}

}  // namespace facet
