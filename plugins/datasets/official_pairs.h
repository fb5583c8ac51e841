// Whether the pairs of a protocol are those that its authors published: what its name says in
// reports.
#ifndef FACET_PLUGINS_DATASETS_OFFICIAL_PAIRS_H_
#define FACET_PLUGINS_DATASETS_OFFICIAL_PAIRS_H_

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace facet {

// "official" where `lines`, one for each pair of the list in its order, have this SHA-256 and all
// pairs are kept; else what is not so. It stands in brackets at the end of Protocol::name.
std::string SourceOfPairs(const std::vector<std::string>& lines, std::string_view official_sha256,
                          size_t num_kept);

}  // namespace facet

#endif  // FACET_PLUGINS_DATASETS_OFFICIAL_PAIRS_H_
