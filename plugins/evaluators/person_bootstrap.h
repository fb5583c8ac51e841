// Bootstrap over people for pairs of two people each.
//
// Pairs that share a person are not independent, so people are resampled, not pairs: a draw takes
// as many people as there are, with replacement, and a pair counts as often as it can be formed
// from them: m_a * m_b times for two people drawn m_a and m_b times, m_a times for a pair of one
// person's images (the vertex bootstrap of Snijders and Borgatti, Connections 22(2), 1999).
#ifndef FACET_PLUGINS_EVALUATORS_PERSON_BOOTSTRAP_H_
#define FACET_PLUGINS_EVALUATORS_PERSON_BOOTSTRAP_H_

#include <cstdint>
#include <functional>
#include <vector>

#include "absl/status/status.h"
#include "core/api/dataset.h"

namespace facet {

struct PersonPair {
  int64_t first = 0, second = 0;  // 0 .. num_people-1
  bool genuine = false;
};

struct PeopleOfPairs {
  std::vector<PersonPair> pairs;
  int64_t num_people = 0;
};

// Who the templates of `pairs` show, by the identity of their first sample; a template without one
// is a person of its own.
PeopleOfPairs PeopleOf(const DatasetContents& data, const std::vector<Pair>& pairs);

// What a draw needs to say anything, for Resample().
inline constexpr char kBothKinds[] = "genuine and impostor pairs";

// Calls `use` with the weight of every pair, once per draw that has pairs of both kinds.
// FailedPrecondition as Resample(): too few people.
absl::Status BootstrapPeople(const PeopleOfPairs& people, int64_t num_draws, uint64_t seed,
                             const std::function<void(const std::vector<double>& weights)>& use);

}  // namespace facet

#endif  // FACET_PLUGINS_EVALUATORS_PERSON_BOOTSTRAP_H_
