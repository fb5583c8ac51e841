// "did you mean": the nearest of the known names.
#ifndef FACET_CORE_BASE_SUGGEST_H_
#define FACET_CORE_BASE_SUGGEST_H_

#include <string>
#include <string_view>
#include <vector>

namespace facet {

// Damerau-Levenshtein distance (optimal string alignment), ignoring case, and '-' to '_'.
int EditDistance(std::string_view a, std::string_view b);

// The known name nearest to `name` within max(1, length / 3) edits, or one that `name` is a prefix
// of; empty if none is near. Ties go to the first.
std::string Nearest(std::string_view name, const std::vector<std::string>& known);

}  // namespace facet

#endif  // FACET_CORE_BASE_SUGGEST_H_
