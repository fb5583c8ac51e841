#include "core/stages/preview/people.h"

#include <algorithm>
#include <map>
#include <utility>

#include "core/base/random.h"

namespace facet {

std::vector<std::vector<int64_t>> DrawPeople(const std::vector<int64_t>& person, int64_t people,
                                             int64_t faces, uint64_t seed) {
  std::map<int64_t, std::vector<int64_t>> faces_of;
  for (size_t i = 0; i < person.size(); ++i) {
    if (person[i] >= 0) faces_of[person[i]].push_back(static_cast<int64_t>(i));
  }
  std::vector<std::vector<int64_t>> drawn;
  for (auto& [id, all] : faces_of) drawn.push_back(std::move(all));
  Random random(seed);
  random.Shuffle(drawn);
  std::stable_partition(drawn.begin(), drawn.end(), [&](const std::vector<int64_t>& all) {
    return static_cast<int64_t>(all.size()) >= faces;
  });
  if (static_cast<int64_t>(drawn.size()) > people) drawn.resize(static_cast<size_t>(people));
  std::sort(drawn.begin(), drawn.end());  // by their first faces
  for (std::vector<int64_t>& all : drawn) {
    random.Shuffle(all);
    if (static_cast<int64_t>(all.size()) > faces) all.resize(static_cast<size_t>(faces));
    std::sort(all.begin(), all.end());
  }
  return drawn;
}

}  // namespace facet
