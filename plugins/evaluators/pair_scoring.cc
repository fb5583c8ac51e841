#include "plugins/evaluators/pair_scoring.h"

#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "core/base/status.h"
#include "plugins/evaluators/all_pairs.h"
#include "plugins/evaluators/pair_distances.h"
#include "plugins/evaluators/person_bootstrap.h"
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
  return ScoreAllPairs(rows, people, num_people, scoring.kept_share);
}

absl::StatusOr<PersonPairs> ScoreProtocol(const EvaluationInput& input,
                                          const PairScoring& scoring) {
  FACET_RETURN_IF_ERROR(CheckVerificationInput(input));
  const std::vector<Pair>& pairs = input.data->protocol.pairs;
  const PeopleOfPairs people = PeopleOf(*input.data, pairs);
  std::vector<float> distances(pairs.size());
  for (size_t fold = 0; fold < input.descriptors.size(); ++fold) {
    FACET_ASSIGN_OR_RETURN(const std::vector<Comparison> compared,
                           PairDistances(input, static_cast<int64_t>(fold),
                                         scoring.cosine ? PairDistance::kCosine : PairDistance::kL2,
                                         scoring.normalize));
    for (size_t i = 0; i < pairs.size(); ++i) {
      const bool here =
          input.descriptors.size() == 1 || pairs[i].fold == static_cast<int64_t>(fold);
      if (here) distances[i] = static_cast<float>(compared[i].distance);
    }
  }
  std::vector<std::pair<float, uint32_t>> genuine;
  for (size_t i = 0; i < pairs.size(); ++i) {
    if (!pairs[i].genuine) continue;
    genuine.emplace_back(distances[i], static_cast<uint32_t>(people.pairs[i].first));
  }
  GenuinePairs sorted = GenuinePairs::Sorted(genuine);
  const GenuinePlaces places(sorted.distances);
  ImpostorList impostor(sorted.people.size());
  ImpostorPairs kept;
  for (size_t i = 0; i < pairs.size(); ++i) {
    if (pairs[i].genuine) continue;
    const PersonPair& pair = people.pairs[i];
    const int64_t second = pair.first == pair.second ? people.num_people : pair.second;
    const ImpostorPair found = {places.Of(distances[i]), static_cast<uint32_t>(second)};
    impostor.Add(static_cast<uint32_t>(pair.first), &found, 1);
    ++kept.num_all;
  }
  std::vector<ImpostorList> lists;
  lists.push_back(std::move(impostor));
  kept.Keep(std::move(lists));
  std::vector<int64_t> wrong = kept.AcceptedAt(sorted, places);
  return PersonPairs(std::move(sorted), std::move(kept), std::move(wrong), people.num_people);
}

}  // namespace

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
