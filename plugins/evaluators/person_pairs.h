// Distances of many pairs of people, for true accept rates at low false accept rates and their
// bootstrap over people (person_bootstrap.h's rule: a pair counts m_a * m_b times, a genuine one
// m_a times).
#ifndef FACET_PLUGINS_EVALUATORS_PERSON_PAIRS_H_
#define FACET_PLUGINS_EVALUATORS_PERSON_PAIRS_H_

#include <cstdint>
#include <functional>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "core/api/evaluator.h"
#include "plugins/evaluators/roc.h"

namespace facet {

class PersonPairs {
 public:
  struct Scored {
    float distance;
    int32_t first, second;  // people
  };
  PersonPairs(std::vector<Scored> genuine, std::vector<Scored> impostor, int64_t num_people);

  int64_t num_genuine() const { return static_cast<int64_t>(genuine_.size()); }
  int64_t num_impostor() const { return static_cast<int64_t>(impostor_.size()); }
  int64_t num_people() const { return num_people_; }

  // For each FAR in (0, 1] the largest TAR that a threshold reaches with at most that FAR, pairs of
  // equal distance accepted together. `copies` of each person; empty: one.
  std::vector<double> TrueAcceptRates(const std::vector<double>& fars,
                                      const std::vector<double>& copies) const;
  // At most a few thousand points: one for each genuine pair's distance, thinned evenly.
  std::vector<RocPoint> Roc() const;
  // Calls `use` with the copies of every person, once per draw. FailedPrecondition: too few people.
  absl::Status Bootstrap(int64_t num_draws, uint64_t seed,
                         const std::function<void(const std::vector<double>&)>& use) const;

 private:
  double Copies(const Scored& pair, const std::vector<double>& copies, bool genuine) const;

  std::vector<Scored> genuine_, impostor_;  // sorted by distance
  int64_t num_people_;
};

struct PairScoring {
  bool all = false;        // every pair of two templates of known identity; else the protocol's
  bool cosine = false;     // 1 - cos; else l2
  bool normalize = false;  // l2-normalise descriptors first
};

// InvalidArgument: no pairs, descriptors that are not finite or zero, or all pairs under several
// matrices.
absl::StatusOr<PersonPairs> ScorePairs(const EvaluationInput& input, const PairScoring& scoring);

}  // namespace facet

#endif  // FACET_PLUGINS_EVALUATORS_PERSON_PAIRS_H_
