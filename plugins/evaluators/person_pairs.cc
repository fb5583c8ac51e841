#include "plugins/evaluators/person_pairs.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "core/base/status.h"
#include "plugins/evaluators/pair_distances.h"
#include "plugins/evaluators/person_bootstrap.h"
#include "plugins/evaluators/resampling.h"
#include "plugins/evaluators/template_rows.h"

namespace facet {
namespace {

absl::StatusOr<PersonPairs> ScoreAll(const EvaluationInput& input, const PairScoring& scoring) {
  if (input.descriptors.size() != 1) {
    return absl::InvalidArgumentError(
        "pairs = \"all\" compares templates of all folds, but each fold has its own projection; "
        "use "
        "pairs = \"protocol\", or embed.on = \"train\"");
  }
  const MatrixView& matrix = input.descriptors[0];
  FACET_ASSIGN_OR_RETURN(
      const TemplateRows rows,
      TemplateRows::Make(matrix, input.data->protocol, scoring.cosine, scoring.normalize));
  int64_t num_people = 0;
  const std::vector<int32_t> people = PeopleOfTemplates(*input.data, &num_people);
  std::vector<PersonPairs::Scored> genuine, impostor;
  for (size_t i = 0; i < people.size(); ++i) {
    for (size_t j = i + 1; j < people.size() && people[i] >= 0; ++j) {
      if (people[j] < 0) continue;
      (people[i] == people[j] ? genuine : impostor)
          .push_back({rows.Distance(i, j), people[i], people[j]});
    }
  }
  return PersonPairs(std::move(genuine), std::move(impostor), num_people);
}

absl::StatusOr<PersonPairs> ScoreProtocol(const EvaluationInput& input,
                                          const PairScoring& scoring) {
  FACET_RETURN_IF_ERROR(CheckVerificationInput(input));
  const std::vector<Pair>& pairs = input.data->protocol.pairs;
  const PeopleOfPairs people = PeopleOf(*input.data, pairs);
  std::vector<PersonPairs::Scored> genuine, impostor;
  for (size_t fold = 0; fold < input.descriptors.size(); ++fold) {
    FACET_ASSIGN_OR_RETURN(const std::vector<Comparison> compared,
                           PairDistances(input, static_cast<int64_t>(fold),
                                         scoring.cosine ? PairDistance::kCosine : PairDistance::kL2,
                                         scoring.normalize));
    for (size_t i = 0; i < pairs.size(); ++i) {
      const bool here =
          input.descriptors.size() == 1 || pairs[i].fold == static_cast<int64_t>(fold);
      if (!here) continue;
      (pairs[i].genuine ? genuine : impostor)
          .push_back({static_cast<float>(compared[i].distance),
                      static_cast<int32_t>(people.pairs[i].first),
                      static_cast<int32_t>(people.pairs[i].second)});
    }
  }
  return PersonPairs(std::move(genuine), std::move(impostor), people.num_people);
}

void SortScored(std::vector<PersonPairs::Scored>* pairs) {
  std::sort(pairs->begin(), pairs->end(),
            [](const PersonPairs::Scored& a, const PersonPairs::Scored& b) {
              return a.distance < b.distance;
            });
}

}  // namespace

PersonPairs::PersonPairs(std::vector<Scored> genuine, std::vector<Scored> impostor,
                         int64_t num_people)
    : genuine_(std::move(genuine)), impostor_(std::move(impostor)), num_people_(num_people) {
  SortScored(&genuine_);
  SortScored(&impostor_);
}

double PersonPairs::Copies(const Scored& pair, const std::vector<double>& copies,
                           bool genuine) const {
  if (copies.empty()) return 1.0;
  const double first = copies[static_cast<size_t>(pair.first)];
  return genuine || pair.first == pair.second ? first
                                              : first * copies[static_cast<size_t>(pair.second)];
}

std::vector<double> PersonPairs::TrueAcceptRates(const std::vector<double>& fars,
                                                 const std::vector<double>& copies) const {
  double all_genuine = 0.0, all_impostor = 0.0;
  for (const Scored& pair : genuine_) all_genuine += Copies(pair, copies, true);
  for (const Scored& pair : impostor_) all_impostor += Copies(pair, copies, false);
  std::vector<double> accepted;  // genuine weight up to each genuine pair
  double sum = 0.0;
  for (const Scored& pair : genuine_) accepted.push_back(sum += Copies(pair, copies, true));
  std::vector<double> rates;
  for (const double far : fars) {
    // The first impostor distance that may not be accepted any more: all genuine pairs below it
    // may.
    double wrong = 0.0;
    size_t i = 0;
    while (i < impostor_.size()) {
      size_t end = i;
      double weight = 0.0;
      while (end < impostor_.size() && impostor_[end].distance == impostor_[i].distance) {
        weight += Copies(impostor_[end++], copies, false);
      }
      if (wrong + weight > far * all_impostor * (1 + 1e-12)) break;
      wrong += weight;
      i = end;
    }
    const auto limit =
        i == impostor_.size()
            ? genuine_.end()
            : std::lower_bound(genuine_.begin(), genuine_.end(), impostor_[i].distance,
                               [](const Scored& pair, float d) { return pair.distance < d; });
    const auto count = static_cast<size_t>(limit - genuine_.begin());
    rates.push_back(count == 0 ? 0.0 : accepted[count - 1] / all_genuine);
  }
  return rates;
}

std::vector<RocPoint> PersonPairs::Roc() const {
  constexpr size_t kPoints = 2000;
  const size_t step = std::max<size_t>(1, genuine_.size() / kPoints);
  std::vector<RocPoint> roc;
  for (size_t i = step; i <= genuine_.size(); i += step) {
    const float threshold = genuine_[i - 1].distance;
    const auto above = [](float d, const Scored& pair) { return d < pair.distance; };
    const auto wrong =
        std::upper_bound(impostor_.begin(), impostor_.end(), threshold, above) - impostor_.begin();
    const auto right =
        std::upper_bound(genuine_.begin(), genuine_.end(), threshold, above) - genuine_.begin();
    roc.push_back({static_cast<double>(wrong) / static_cast<double>(impostor_.size()),
                   1.0 - static_cast<double>(right) / static_cast<double>(genuine_.size())});
  }
  return roc;
}

absl::Status PersonPairs::Bootstrap(
    int64_t num_draws, uint64_t seed,
    const std::function<void(const std::vector<double>&)>& use) const {
  return Resample(
      {"people", num_people_, num_draws, seed}, kBothKinds, [&](const std::vector<double>& copies) {
        const auto counts = [&](bool genuine) {
          return [&, genuine](const Scored& p) { return Copies(p, copies, genuine) > 0; };
        };
        if (std::none_of(genuine_.begin(), genuine_.end(), counts(true)) ||
            std::none_of(impostor_.begin(), impostor_.end(), counts(false))) {
          return false;
        }
        use(copies);
        return true;
      });
}

absl::StatusOr<PersonPairs> ScorePairs(const EvaluationInput& input, const PairScoring& scoring) {
  FACET_ASSIGN_OR_RETURN(PersonPairs pairs,
                         scoring.all ? ScoreAll(input, scoring) : ScoreProtocol(input, scoring));
  if (pairs.num_genuine() == 0 || pairs.num_impostor() == 0) {
    return absl::InvalidArgumentError(
        absl::StrCat("there are ", pairs.num_genuine(), " genuine and ", pairs.num_impostor(),
                     " impostor pairs; both kinds are needed (do the samples have identities?)"));
  }
  return pairs;
}

}  // namespace facet
