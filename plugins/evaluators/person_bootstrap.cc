#include "plugins/evaluators/person_bootstrap.h"

#include <cstddef>
#include <map>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "plugins/evaluators/resampling.h"

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
  const std::vector<PersonPair>& pairs = people.pairs;
  std::vector<double> weights(pairs.size());
  return Resample({"people", people.num_people, num_draws, seed}, kBothKinds,
                  [&](const std::vector<double>& copies) {
                    double genuine = 0.0, impostor = 0.0;
                    for (size_t i = 0; i < pairs.size(); ++i) {
                      const double first = copies[static_cast<size_t>(pairs[i].first)];
                      const double second = copies[static_cast<size_t>(pairs[i].second)];
                      weights[i] = pairs[i].first == pairs[i].second ? first : first * second;
                      (pairs[i].genuine ? genuine : impostor) += weights[i];
                    }
                    if (genuine == 0.0 || impostor == 0.0) return false;
                    use(weights);
                    return true;
                  });
}

}  // namespace facet
