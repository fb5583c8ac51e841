#include "plugins/evaluators/person_bootstrap.h"

#include <cstddef>
#include <map>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "core/base/random.h"

namespace facet {

PeopleOfPairs PeopleOf(const DatasetContents& data, const std::vector<Pair>& pairs) {
  std::map<std::string, int64_t> numbers;
  const auto person = [&](int64_t index) {
    const Template& owner = data.protocol.templates[static_cast<size_t>(index)];
    std::string name;
    if (!owner.samples.empty()) name = data.samples[static_cast<size_t>(owner.samples[0])].identity;
    if (name.empty()) name = absl::StrCat("/", index);  // no identity has this form
    return numbers.emplace(std::move(name), static_cast<int64_t>(numbers.size())).first->second;
  };
  PeopleOfPairs people;
  for (const Pair& pair : pairs) {
    const int64_t first = person(pair.first);
    people.pairs.push_back({first, person(pair.second), pair.genuine});
  }
  people.num_people = static_cast<int64_t>(numbers.size());
  return people;
}

absl::Status BootstrapPeople(const PeopleOfPairs& people, int64_t num_draws, uint64_t seed,
                             const std::function<void(const std::vector<double>& weights)>& use) {
  Random random(seed);
  const std::vector<PersonPair>& pairs = people.pairs;
  const auto num_people = static_cast<uint64_t>(people.num_people);
  std::vector<double> copies(num_people), weights(pairs.size());
  int64_t used = 0;
  for (int64_t tried = 0; used < num_draws; ++tried) {
    if (tried >= 10 * num_draws) {
      return absl::FailedPreconditionError(
          absl::StrCat("the bootstrap over people needs more of them: of ", tried, " draws of ",
                       num_people, " people only ", used, " had genuine and impostor pairs"));
    }
    copies.assign(copies.size(), 0.0);
    for (uint64_t i = 0; i < num_people; ++i) copies[random.Index(num_people)] += 1.0;
    double genuine = 0.0, impostor = 0.0;
    for (size_t i = 0; i < pairs.size(); ++i) {
      const double first = copies[static_cast<size_t>(pairs[i].first)];
      const double second = copies[static_cast<size_t>(pairs[i].second)];
      weights[i] = pairs[i].first == pairs[i].second ? first : first * second;
      (pairs[i].genuine ? genuine : impostor) += weights[i];
    }
    if (genuine == 0.0 || impostor == 0.0) continue;
    use(weights);
    ++used;
  }
  return absl::OkStatus();
}

}  // namespace facet
