// Names of people who must not be trained on: those of benchmarks.
#ifndef FACET_PLUGINS_CURATORS_NAMES_EXCLUDED_NAMES_H_
#define FACET_PLUGINS_CURATORS_NAMES_EXCLUDED_NAMES_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "core/api/curator.h"

namespace facet {

struct ExcludedNames {
  std::string list;  // "lfw" of lfw.txt, "the benchmarks" of exclude.txt
  std::vector<std::string> names;
};
// `file` (empty: exclude.txt of the stage before, if there is one) and the files of `folder` (.txt;
// empty: none): one name a line, "#" a comment, or LFW's people.txt and pairs.txt, or splits.txt of
// YouTube Faces. InvalidArgument: a list that is not UTF-8, one of those given without names, a
// folder without lists.
absl::StatusOr<std::vector<ExcludedNames>> ReadExcludedNames(const std::string& file,
                                                             const std::string& folder,
                                                             const CurationContext& context);

}  // namespace facet

#endif  // FACET_PLUGINS_CURATORS_NAMES_EXCLUDED_NAMES_H_
