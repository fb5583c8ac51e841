#include "core/report/groups.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "core/report/text.h"

namespace facet {
namespace {

const std::string& GroupId(const ReportRow& row) {
  return row.repeats.empty() ? row.id : row.repeats;
}

// The most telling state of copies of which none is done.
ReportRow::State StateOfUndone(const RowGroup& group) {
  using State = ReportRow::State;
  for (const State state : {State::kRunning, State::kFailed, State::kNotRun}) {
    for (const ReportRow* copy : group.copies) {
      if (copy->state == state) return state;
    }
  }
  return group.first().state;
}

struct Sample {
  double mean = 0.0, deviation = 0.0;
};

Sample SampleOf(const std::vector<double>& values) {
  Sample sample;
  const double n = static_cast<double>(values.size());
  for (const double value : values) sample.mean += value / n;
  if (values.size() < 2) return sample;
  double squares = 0.0;
  for (const double value : values) squares += std::pow(value - sample.mean, 2);
  sample.deviation = std::sqrt(squares / (n - 1.0));
  return sample;
}

// The figures of the copies that are done, in the order of the first that has them.
void FillMeans(const std::vector<const ReportRow*>& done, SeedMeans* means) {
  std::vector<Metric>& metrics = means->row.evaluation.metrics;
  std::map<std::string, std::vector<const Metric*>> by_name;
  for (const ReportRow* copy : done) {
    for (const Metric& metric : copy->evaluation.metrics) {
      std::vector<const Metric*>& same = by_name[metric.name];
      if (same.empty()) metrics.push_back(metric);
      if (same.empty() || same.front()->unit == metric.unit) same.push_back(&metric);
    }
  }
  for (Metric& metric : metrics) {
    const std::vector<const Metric*>& same = by_name[metric.name];
    std::vector<double> values;
    double squares = 0.0;
    bool known = true;
    for (const Metric* each : same) {
      values.push_back(each->value);
      known = known && each->standard_error >= 0.0;
      squares += each->standard_error * each->standard_error;
    }
    const Sample sample = SampleOf(values);
    metric.value = sample.mean;
    metric.standard_error = known ? std::sqrt(squares / static_cast<double>(same.size())) : -1.0;
    if (values.size() > 1) {
      means->spreads[metric.name] = {sample.deviation, static_cast<int>(values.size())};
    }
  }
}

// "folds", "bootstrap", "test set".
std::string ShortErrorKind(const Metric& metric) {
  if (absl::StrContains(metric.error_kind, "fold")) return "folds";
  return absl::StrContains(metric.error_kind, "bootstrap") ? "bootstrap" : "test set";
}

// What stands behind the value: ± over seeds, then ± over the test set.
std::string TestError(const Metric& metric) {
  if (metric.error_kind == kCounted) return "";
  if (!(metric.standard_error >= 0.0)) return ", error unknown";
  return absl::StrCat(" ± ", FormatValue(metric.standard_error, metric.unit));
}

// Copies of one seed.
struct SeedPair {
  const ReportRow* row = nullptr;
  const ReportRow* other = nullptr;
};

std::vector<SeedPair> PairsOf(const RowGroup& row, const RowGroup& other) {
  std::vector<SeedPair> pairs;
  for (const ReportRow* copy : row.copies) {
    for (const ReportRow* candidate : other.copies) {
      const bool alone = row.copies.size() == 1 && other.copies.size() == 1;
      if (alone || copy->seed == candidate->seed) pairs.push_back({copy, candidate});
    }
  }
  return pairs;
}

// The mean over the pairs of one side, as a row: its headline and its replicates.
ReportRow MeanRow(const std::vector<SeedPair>& pairs, const ReportRow* SeedPair::* side) {
  ReportRow mean = *(pairs.front().*side);
  const double n = static_cast<double>(pairs.size());
  std::vector<double>& replicates = mean.evaluation.replicates;
  for (double& value : replicates) value = 0.0;
  for (Metric& metric : mean.evaluation.metrics) metric.value = 0.0;
  for (const SeedPair& pair : pairs) {
    const Evaluation& one = (pair.*side)->evaluation;
    for (size_t i = 0; i < replicates.size(); ++i) replicates[i] += one.replicates[i] / n;
    for (Metric& metric : mean.evaluation.metrics) {
      const Metric* same = FindMetric(one.metrics, metric.name);
      metric.value += same == nullptr ? std::numeric_limits<double>::quiet_NaN() : same->value / n;
    }
  }
  return mean;
}

bool HasOneProtocol(const std::vector<SeedPair>& pairs) {
  return std::all_of(pairs.begin(), pairs.end(), [&](const SeedPair& pair) {
    const Evaluation& first = pairs.front().row->evaluation;
    const Evaluation& each = pair.row->evaluation;
    return each.protocol == first.protocol && each.replicates.size() == first.replicates.size();
  });
}

bool HasReplicates(const SeedPair& pair) {
  return !pair.row->evaluation.replicates.empty() && !pair.other->evaluation.replicates.empty();
}

// The test set's part: each pair's difference, and the variance of their mean.
std::optional<PairedDifference> OverTestSet(const std::vector<SeedPair>& pairs,
                                            std::vector<double>* differences, std::string* why) {
  std::optional<PairedDifference> result;
  double variance = 0.0;
  for (const SeedPair& pair : pairs) {
    const std::optional<PairedDifference> one = CompareToParent(*pair.row, *pair.other, why);
    if (!one) return std::nullopt;
    differences->push_back(one->value);
    variance += one->variance / static_cast<double>(pairs.size());
    if (!result) result = one;
  }
  if (HasOneProtocol(pairs)) {
    return CompareToParent(MeanRow(pairs, &SeedPair::row), MeanRow(pairs, &SeedPair::other), why);
  }
  result->variance = variance;
  return result;
}

std::optional<PairedDifference> OverSeedsAlone(const std::vector<SeedPair>& pairs,
                                               std::vector<double>* differences, std::string* why) {
  PairedDifference result;
  for (const SeedPair& pair : pairs) {
    const std::vector<Metric>&a = pair.row->evaluation.metrics, &b = pair.other->evaluation.metrics;
    if (a.empty() || b.empty() || a[0].name != b[0].name) {
      *why = "scored by another metric";
      return std::nullopt;
    }
    if (pair.row->evaluation.protocol != pair.other->evaluation.protocol) {
      *why = "scored on other pairs";
      return std::nullopt;
    }
    differences->push_back(a[0].value - b[0].value);
    result.unit = a[0].unit;
  }
  result.degrees = std::numeric_limits<double>::infinity();
  return result;
}

PairedDifference WithSeeds(const std::vector<double>& differences, PairedDifference test) {
  const double n = static_cast<double>(differences.size());
  const Sample seeds = SampleOf(differences);
  const double of_seeds = seeds.deviation * seeds.deviation / n;
  PairedDifference result = test;
  result.seeds = static_cast<int>(differences.size());
  result.value = seeds.mean;
  result.variance = of_seeds + test.variance;
  const double share =
      of_seeds * of_seeds / (n - 1.0) + test.variance * test.variance / test.degrees;
  const double of_nothing = test.variance > 0.0 ? test.degrees : n - 1.0;  // seeds are all alike
  result.degrees = share > 0.0 ? result.variance * result.variance / share : of_nothing;
  const double error = std::sqrt(result.variance);
  const double half = StudentQuantile(result.degrees) * error;
  result.low = result.value - half;
  result.high = result.value + half;
  result.p_value = StudentTwoSided(result.value / error, result.degrees);
  result.method =
      test.method.empty()
          ? "paired seeds, t interval, without the test set's error (no replicates)"
          : absl::StrCat(
                "paired seeds and ",
                absl::StrReplaceAll(test.method, {{", percentiles", ""}, {", t interval", ""}}),
                ", t interval of both variances added (Satterthwaite)");
  return result;
}

}  // namespace

std::vector<const ReportRow*> RowGroup::Done() const {
  std::vector<const ReportRow*> done;
  for (const ReportRow* copy : copies) {
    if (copy->state == ReportRow::State::kDone) done.push_back(copy);
  }
  return done;
}

std::vector<RowGroup> GroupsOf(const Report& report) {
  std::vector<RowGroup> groups;
  std::map<std::string, size_t> places;
  for (const ReportRow& row : report.rows) {
    const auto [place, is_new] = places.emplace(GroupId(row), groups.size());
    if (is_new) groups.push_back({GroupId(row), {}});
    groups[place->second].copies.push_back(&row);
  }
  return groups;
}

const RowGroup* FindGroup(const std::vector<RowGroup>& groups, const std::string& id) {
  for (const RowGroup& group : groups) {
    if (group.id == id) return &group;
  }
  for (const RowGroup& group : groups) {
    for (const ReportRow* copy : group.copies) {
      if (copy->id == id) return &group;
    }
  }
  return nullptr;
}

bool HasRepeatedRows(const Report& report) {
  return std::any_of(report.rows.begin(), report.rows.end(),
                     [](const ReportRow& row) { return !row.repeats.empty(); });
}

std::string SeedMeans::SeedsText() const {
  const std::string all = absl::StrCat(asked, asked == 1 ? " seed" : " seeds");
  if (done == asked) return all;
  return absl::StrCat(done, " of ", all, failed > 0 ? absl::StrCat(", ", failed, " failed") : "");
}

std::optional<double> SeedMeans::HalfInterval(const Metric& metric) const {
  const auto spread = spreads.find(metric.name);
  const double test = std::pow(std::max(metric.standard_error, 0.0), 2);
  double seeds = 0.0, degrees = std::numeric_limits<double>::infinity();
  if (spread != spreads.end()) {
    seeds = std::pow(spread->second.deviation, 2) / spread->second.seeds;
    if (seeds > 0.0) degrees = std::pow((seeds + test) / seeds, 2) * (spread->second.seeds - 1);
  }
  if (!(seeds + test > 0.0)) return std::nullopt;
  return StudentQuantile(degrees) * std::sqrt(seeds + test);
}

SeedMeans MeansOf(const RowGroup& group) {
  const std::vector<const ReportRow*> done = group.Done();
  SeedMeans means;
  means.asked = static_cast<int>(group.copies.size());
  means.done = static_cast<int>(done.size());
  for (const ReportRow* copy : group.copies) {
    means.failed += copy->state == ReportRow::State::kFailed ? 1 : 0;
  }
  const ReportRow& model = done.empty() ? group.first() : *done.front();
  ReportRow& row = means.row;
  row.id = group.id;
  row.label = model.label;
  row.parent = model.parent;
  row.data = model.data;
  row.compared_with = model.compared_with;
  row.part = model.part;
  row.axes = model.axes;
  row.settings = model.settings;
  row.references = model.references;
  row.stages = model.stages;
  row.evaluation.protocol = model.evaluation.protocol;
  row.state = done.empty() ? StateOfUndone(group) : ReportRow::State::kDone;
  row.reason = model.reason;
  FillMeans(done, &means);
  return means;
}

GroupedReport OverSeeds(const Report& report) {
  GroupedReport grouped;
  grouped.report = report;
  if (!HasRepeatedRows(report)) return grouped;
  grouped.report.rows.clear();
  const std::vector<RowGroup> groups = GroupsOf(report);
  for (const RowGroup& group : groups) {
    if (!group.repeated()) {
      grouped.report.rows.push_back(group.first());
      continue;
    }
    SeedMeans means = MeansOf(group);
    const RowGroup* parent = FindGroup(groups, means.row.parent);
    if (parent != nullptr) means.row.parent = parent->id;
    grouped.report.rows.push_back(means.row);
    grouped.means.emplace(group.id, std::move(means));
  }
  return grouped;
}

std::string FormatOverSeeds(const Metric& metric, const SeedMeans& means) {
  const auto spread = means.spreads.find(metric.name);
  std::string text = FormatValue(metric.value, metric.unit);
  if (spread != means.spreads.end()) {
    absl::StrAppend(&text, " ± ", FormatValue(spread->second.deviation, metric.unit));
  }
  absl::StrAppend(&text, " (", means.SeedsText(), ")", TestError(metric));
  if (metric.error_kind == kCounted || !(metric.standard_error >= 0.0)) return text;
  return absl::StrCat(text, " (", ShortErrorKind(metric), ")");
}

std::string FormatBeside(const Metric& metric, const SeedMeans& means) {
  const auto spread = means.spreads.find(metric.name);
  if (spread == means.spreads.end()) return FormatMetric(metric);
  return absl::StrCat(FormatValue(metric.value, metric.unit), " ± ",
                      FormatValue(spread->second.deviation, metric.unit), " (seeds)",
                      TestError(metric));
}

std::optional<PairedDifference> CompareGroups(const RowGroup& row, const RowGroup& other,
                                              std::string* why) {
  const std::vector<SeedPair> all = PairsOf(row, other);
  if (all.empty()) {
    *why = absl::StrCat("rows ", row.id, " and ", other.id, " have no seed in common");
    return std::nullopt;
  }
  std::vector<SeedPair> pairs;
  for (const SeedPair& pair : all) {
    const auto done = ReportRow::State::kDone;
    if (pair.row->state == done && pair.other->state == done) pairs.push_back(pair);
  }
  if (pairs.empty()) return CompareToParent(*all.front().row, *all.front().other, why);
  if (pairs.size() == 1) {
    std::optional<PairedDifference> one = CompareToParent(*pairs[0].row, *pairs[0].other, why);
    if (one && (row.repeated() || other.repeated())) absl::StrAppend(&one->method, ", of one seed");
    return one;
  }
  std::vector<double> differences;
  const bool replicates = std::all_of(pairs.begin(), pairs.end(), HasReplicates);
  const std::optional<PairedDifference> test =
      replicates ? OverTestSet(pairs, &differences, why) : OverSeedsAlone(pairs, &differences, why);
  if (!test) return std::nullopt;
  return WithSeeds(differences, *test);
}

}  // namespace facet
