// Rows that lead to each other in a circle.
#ifndef FACET_CORE_CONFIG_CIRCLES_H_
#define FACET_CORE_CONFIG_CIRCLES_H_

#include <map>
#include <string>
#include <vector>

namespace facet {

// `next`: where each row leads; empty, or no row: nowhere. Each circle begins with the first of its
// rows in the order of `ids` and ends with it again: {"1", "3", "1"}.
std::vector<std::vector<std::string>> FindCircles(const std::vector<std::string>& ids,
                                                  const std::map<std::string, std::string>& next);

}  // namespace facet

#endif  // FACET_CORE_CONFIG_CIRCLES_H_
