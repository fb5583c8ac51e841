#include "plugins/evaluators/verification_scores.h"

#include <algorithm>
#include <cstddef>
#include <limits>
#include <numeric>
#include <optional>
#include <utility>

#include "core/base/status.h"
#include "plugins/evaluators/evaluation_threads.h"
#include "plugins/evaluators/person_bootstrap.h"
#include "plugins/evaluators/resampling.h"

namespace facet {
namespace {

// Pairs that were decided with several thresholds have no accuracy at one.
VerificationFigures PooledFigures(const SortedScores& scores, const std::vector<double>& far) {
  VerificationFigures figures = FiguresOf(scores, 0.0, far);
  figures.accuracy = std::numeric_limits<double>::quiet_NaN();
  return figures;
}

VerificationFigures FiguresOf(const RocSummary& summary, double accuracy) {
  VerificationFigures figures;
  figures.one_minus_eer = 100.0 * (1.0 - summary.equal_error_rate());
  figures.accuracy = 100.0 * accuracy;
  figures.auc = 100.0 * summary.area();
  for (const double tar : summary.TrueAcceptRates()) figures.tar.push_back(100.0 * tar);
  return figures;
}

void Append(const SortedScores& more, SortedScores* scores) {
  scores->genuine.insert(scores->genuine.end(), more.genuine.begin(), more.genuine.end());
  scores->impostor.insert(scores->impostor.end(), more.impostor.begin(), more.impostor.end());
}

// Those pairs for which is_among(index).
template <class IsAmong>
SortedScores ScoresWhere(const std::vector<Comparison>& all, const IsAmong& is_among) {
  return SortedScores::Of(all.size(), [&](size_t begin, size_t end, double* distances,
                                          uint8_t* kinds) {
    for (size_t i = begin; i < end; ++i) {
      distances[i - begin] = all[i].distance;
      kinds[i - begin] = !is_among(i) ? kNoScore : all[i].genuine ? kGenuineScore : kImpostorScore;
    }
  });
}

// Pairs in the order of their distances, to be counted as often as a draw of people has them.
class ResampledPairs {
 public:
  ResampledPairs(const std::vector<Comparison>& sorted, const PeopleOfPairs& people,
                 double threshold, const std::vector<double>& far)
      : far_(far) {
    uint32_t group = 0;
    for (size_t i = 0; i < sorted.size(); ++i) {
      if (i > 0 && sorted[i].distance > sorted[i - 1].distance) ++group;
      const PersonPair& pair = people.pairs[i];
      pairs_.push_back({static_cast<uint32_t>(pair.first), static_cast<uint32_t>(pair.second),
                        group, sorted[i].genuine});
      if (sorted[i].distance < threshold) num_below_ = i + 1;
    }
  }

  // None where the draw lacks genuine or impostor pairs. FiguresOf() of the copies of all pairs, to
  // the last bit: sums of copies are exact, and a pair without any changes none.
  std::optional<VerificationFigures> Figures(const double* copies) const {
    std::vector<Drawn> drawn(pairs_.size() + 1);
    double all = 0.0, genuine = 0.0;
    size_t count = 0;
    for (size_t i = 0; i < pairs_.size(); ++i) {
      const Each& pair = pairs_[i];
      const double weight =
          copies[pair.first] * (pair.first == pair.second ? 1.0 : copies[pair.second]);
      drawn[count] = {weight, static_cast<uint32_t>(i)};
      count += weight > 0.0 ? 1 : 0;  // no branch, which nothing could foretell
      all += weight;
      genuine += pair.is_genuine ? weight : 0.0;
    }
    drawn.resize(count);
    const double total[2] = {all - genuine, genuine};  // of impostor, of genuine pairs
    if (total[0] == 0.0 || total[1] == 0.0) return std::nullopt;
    return Figures(drawn, total);
  }

 private:
  struct Each {
    uint32_t first, second;  // people
    uint32_t group;          // of equal distance
    bool is_genuine;
  };
  struct Drawn {
    double weight;  // above 0
    uint32_t pair;
  };

  VerificationFigures Figures(const std::vector<Drawn>& drawn, const double (&total)[2]) const {
    RocSummary summary(far_);
    RocPoint point;
    summary.Add(point);
    double accepted[2] = {0.0, 0.0}, right = total[0];
    for (size_t i = 0; i < drawn.size(); ++i) {
      const Each& pair = pairs_[drawn[i].pair];
      const double weight = drawn[i].weight;
      accepted[pair.is_genuine ? 1 : 0] += weight;
      if (drawn[i].pair < num_below_) right += pair.is_genuine ? weight : -weight;
      if (pair.is_genuine) {
        point.frr = 1.0 - accepted[1] / total[1];
      } else {
        point.far = accepted[0] / total[0];
      }
      if (i + 1 < drawn.size() && pairs_[drawn[i + 1].pair].group == pair.group) continue;
      summary.Add(point);
    }
    return FiguresOf(summary, right / (total[0] + total[1]));
  }

  std::vector<Each> pairs_;
  const std::vector<double>& far_;
  size_t num_below_ = 0;  // the threshold
};

}  // namespace

VerificationFigures FiguresOf(const SortedScores& scores, double threshold,
                              const std::vector<double>& far) {
  RocSummary summary(far);
  SummarizeRoc(scores, &summary, nullptr);
  return FiguresOf(summary, AccuracyAt(scores, threshold));
}

absl::StatusOr<FoldScores> ScoreFolds(const Protocol& protocol, const CompareFunction& compare,
                                      const std::vector<double>& far, bool one_chooses) {
  FoldScores scores;
  std::vector<SortedScores> folds;
  std::vector<std::vector<RocPoint>> rocs;
  SortedScores pooled;
  for (int64_t fold = 0; fold < protocol.num_folds; ++fold) {
    FACET_ASSIGN_OR_RETURN(const std::vector<Comparison> all, compare(fold));
    SortedScores held_out =
        ScoresWhere(all, [&](size_t i) { return protocol.pairs[i].fold == fold; });
    const SortedScores others = ScoresWhere(all, [&](size_t i) {
      const int64_t of_pair = protocol.pairs[i].fold;
      return of_pair != fold &&
             (!one_chooses || of_pair == ThresholdFold(fold, protocol.num_folds));
    });
    scores.thresholds.push_back(BestThreshold(others));
    scores.folds.push_back(FiguresOf(held_out, scores.thresholds.back(), far));
    rocs.push_back(RocOf(held_out));
    Append(held_out, &pooled);
    folds.push_back(std::move(held_out));
  }
  pooled.Sort();
  scores.pooled = PooledFigures(pooled, far);
  scores.pooled_roc = RocCornersOf(pooled);
  for (const SortedScores& fold : folds) {
    scores.pooled_without.push_back(PooledFigures(Without(pooled, fold), far));
  }
  scores.mean_roc = MeanRocOf(folds);
  scores.mean_roc_at_far = MeanRocAtFarOf(rocs);
  return scores;
}

absl::StatusOr<SplitScores> ScoreSplit(const DatasetContents& data, const CompareFunction& compare,
                                       const std::vector<double>& far, int64_t num_draws,
                                       uint64_t seed) {
  const std::vector<Pair>& pairs = data.protocol.pairs;
  FACET_ASSIGN_OR_RETURN(const std::vector<Comparison> all, compare(1));
  std::vector<size_t> order(all.size());
  std::iota(order.begin(), order.end(), size_t{0});
  std::stable_sort(order.begin(), order.end(),
                   [&](size_t a, size_t b) { return all[a].distance < all[b].distance; });
  std::vector<Comparison> tuning, test;
  std::vector<Pair> test_pairs;
  for (const size_t i : order) {
    (pairs[i].fold == 0 ? tuning : test).push_back(all[i]);
    if (pairs[i].fold == 1) test_pairs.push_back(pairs[i]);
  }
  const PeopleOfPairs people = PeopleOf(data, test_pairs);
  SplitScores scores;
  scores.threshold = BestThreshold(tuning);
  SortedScores in_order;
  const auto num_genuine = static_cast<size_t>(
      std::count_if(test.begin(), test.end(), [](const Comparison& each) { return each.genuine; }));
  in_order.Reserve(num_genuine, test.size() - num_genuine);
  for (const Comparison& each : test) in_order.Add(each.distance, each.genuine);
  scores.test = FiguresOf(in_order, scores.threshold, far);
  scores.roc = RocCornersOf(in_order);
  scores.num_pairs = static_cast<int64_t>(test.size());
  scores.num_people = people.num_people;
  const ResampledPairs pairs_of_draws(test, people, scores.threshold, far);
  FACET_ASSIGN_OR_RETURN(scores.draws,
                         ResampleTogether<VerificationFigures>(
                             {"people", people.num_people, num_draws, seed}, kBothKinds,
                             EvaluationThreads(), 1, [&](const std::vector<const double*>& copies) {
                               return std::vector<std::optional<VerificationFigures>>{
                                   pairs_of_draws.Figures(copies[0])};
                             }));
  return scores;
}

}  // namespace facet
