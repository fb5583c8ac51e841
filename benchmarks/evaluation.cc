// facet's side of benchmarks/peers/evaluation.py: error rates of many scores, of all pairs of
// descriptors, of the draws of a bootstrap. It answers turns (turns.h); the script says what each
// work is and makes the FILE, native numbers without a head.
//
//   evaluation roc FILE N             distances [N] double, genuine [N] bytes
//   evaluation pairs FILE N D         descriptors [N, D] float, people [N] int32
//   evaluation bootstrap FILE N DRAWS distances [N] double, genuine [N] bytes, people [2, N] int32
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <fstream>
#include <string>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "benchmarks/process_memory.h"
#include "benchmarks/turns.h"
#include "core/api/evaluator.h"
#include "plugins/evaluators/pair_scoring.h"
#include "plugins/evaluators/person_pairs.h"
#include "plugins/evaluators/resampling.h"
#include "plugins/evaluators/roc.h"
#include "plugins/evaluators/sorted_scores.h"
#include "plugins/evaluators/verification_scores.h"

namespace facet::bench {
namespace {

const std::vector<double> kFars = {1e-6, 1e-5, 1e-4, 1e-3, 1e-2, 1e-1};

void AddRates(const std::vector<double>& rates, Findings* findings) {
  for (size_t i = 0; i < kFars.size(); ++i) {
    findings->emplace_back(absl::StrCat("tar_", kFars[i]), rates[i]);
  }
}

Findings Roc(const std::vector<double>& distances, const std::vector<uint8_t>& genuine) {
  const SortedScores scores = SortedScores::Of(
      distances.size(), [&](size_t begin, size_t end, double* out, uint8_t* kinds) {
        std::copy(distances.begin() + static_cast<std::ptrdiff_t>(begin),
                  distances.begin() + static_cast<std::ptrdiff_t>(end), out);
        for (size_t i = begin; i < end; ++i) {
          kinds[i - begin] = genuine[i] != 0 ? kGenuineScore : kImpostorScore;
        }
      });
  RocSummary summary(kFars);
  RocCorners corners;
  SummarizeRoc(scores, &summary, &corners);
  Findings findings = {{"eer", summary.equal_error_rate()}, {"auc", summary.area()}};
  AddRates(summary.TrueAcceptRates(), &findings);
  findings.emplace_back("points", static_cast<double>(corners.Take().size()));
  return findings;
}

// A template of one image for each row.
DatasetContents ContentsOf(const std::vector<int32_t>& people) {
  DatasetContents data;
  for (size_t i = 0; i < people.size(); ++i) {
    Sample sample;
    sample.key = absl::StrCat(i);
    sample.identity = absl::StrCat("person ", people[i]);
    data.samples.push_back(sample);
    data.protocol.templates.push_back({sample.key, {static_cast<int64_t>(i)}});
  }
  return data;
}

Findings AllPairs(const EvaluationInput& input) {
  PairScoring scoring;
  scoring.all = scoring.cosine = true;
  scoring.kept_share = 1.25 * kFars.back();  // as tar_at_far does
  const absl::StatusOr<PersonPairs> pairs = ScorePairs(input, scoring);
  if (!pairs.ok()) return {};
  double area = 0.0;
  const std::vector<RocPoint> roc = pairs->Roc();
  for (size_t i = 1; i < roc.size(); ++i) {
    area += (roc[i].far - roc[i - 1].far) * (1.0 - (roc[i].frr + roc[i - 1].frr) / 2);
  }
  Findings findings = {{"curve_area", area},
                       {"impostors", static_cast<double>(pairs->num_impostor())}};
  if (const auto rates = pairs->TrueAcceptRates(kFars)) AddRates(*rates, &findings);
  return findings;
}

// Fold 1 is resampled; fold 0, which chooses the threshold, has the same pairs.
Findings Bootstrap(const DatasetContents& data, const std::vector<Comparison>& all,
                   int64_t num_draws) {
  const auto compare = [&](int64_t) -> absl::StatusOr<std::vector<Comparison>> { return all; };
  const absl::StatusOr<SplitScores> scores = ScoreSplit(data, compare, {0.01}, num_draws, 1);
  if (!scores.ok()) return {};
  const auto spread = [&](auto get) { return StandardDeviation(Column(scores->draws, get)); };
  return {{"sd_eer", spread([](const auto& f) { return f.one_minus_eer; })},
          {"sd_auc", spread([](const auto& f) { return f.auc; })},
          {"sd_accuracy", spread([](const auto& f) { return f.accuracy; })},
          {"sd_tar_0.01", spread([](const auto& f) { return f.tar[0]; })}};
}

int TakeTurnsOfBootstrap(double idle_mib, std::ifstream& file, int64_t size, int64_t num_draws) {
  const auto distances = ReadValues<double>(file, size);
  const auto genuine = ReadValues<uint8_t>(file, size);
  auto people = ReadValues<int32_t>(file, 2 * size);
  DatasetContents data = ContentsOf(people);
  std::vector<Comparison> all;
  for (int64_t fold = 0; fold < 2; ++fold) {
    for (int64_t i = 0; i < size; ++i) {
      const bool same = genuine[static_cast<size_t>(i)] != 0;
      data.protocol.pairs.push_back({i, size + i, same, fold});
      all.push_back({distances[static_cast<size_t>(i)], same});
    }
  }
  return TakeTurns(idle_mib, [&] { return Bootstrap(data, all, num_draws); });
}

int Run(const std::string& work, const char* path, int64_t size, int64_t number) {
  const double idle_mib = MemoryMib("VmRSS");
  std::ifstream file(path, std::ios::binary);
  if (work == "bootstrap") return TakeTurnsOfBootstrap(idle_mib, file, size, number);
  if (work == "roc") {
    const auto distances = ReadValues<double>(file, size);
    const auto genuine = ReadValues<uint8_t>(file, size);
    return TakeTurns(idle_mib, [&] { return Roc(distances, genuine); });
  }
  const auto descriptors = ReadValues<float>(file, size * number);
  const DatasetContents data = ContentsOf(ReadValues<int32_t>(file, size));
  EvaluationInput input;
  input.data = &data;
  input.descriptors = {{size, number, descriptors.data()}};
  return TakeTurns(idle_mib, [&] { return AllPairs(input); });
}

}  // namespace
}  // namespace facet::bench

int main(int argc, char** argv) {
  const std::string work = argc > 1 ? argv[1] : "";
  int64_t size = 0, number = 0;
  const bool is_known = work == "roc" || work == "pairs" || work == "bootstrap";
  if (!is_known || argc != (work == "roc" ? 4 : 5) || !absl::SimpleAtoi(argv[3], &size) ||
      (argc > 4 && !absl::SimpleAtoi(argv[4], &number))) {
    std::fprintf(stderr,
                 "usage: evaluation roc FILE N | pairs FILE N D | bootstrap FILE N DRAWS\n");
    return 2;
  }
  return facet::bench::Run(work, argv[2], size, number);
}
