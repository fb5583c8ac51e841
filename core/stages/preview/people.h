// Which faces of which people are shown.
#ifndef FACET_CORE_STAGES_PREVIEW_PEOPLE_H_
#define FACET_CORE_STAGES_PREVIEW_PEOPLE_H_

#include <cstdint>
#include <vector>

namespace facet {

// `person[i]` is whose face i is; negative: nobody's to show. For each of at most `people` people at
// most `faces` indices, ascending; people in the order of their first face. Those with at least
// `faces` are drawn first, by the seed, and so are the faces of each.
std::vector<std::vector<int64_t>> DrawPeople(const std::vector<int64_t>& person, int64_t people,
                                             int64_t faces, uint64_t seed);

}  // namespace facet

#endif  // FACET_CORE_STAGES_PREVIEW_PEOPLE_H_
