#include "core/config/circles.h"

#include <algorithm>

namespace facet {

std::vector<std::vector<std::string>> FindCircles(const std::vector<std::string>& ids,
                                                  const std::map<std::string, std::string>& next) {
  std::map<std::string, size_t> order;
  for (size_t i = 0; i < ids.size(); ++i) order[ids[i]] = i;
  std::vector<std::vector<std::string>> circles;
  std::map<std::string, size_t> walked;  // row -> the walk that passed it first
  for (size_t walk = 0; walk < ids.size(); ++walk) {
    std::vector<std::string> chain;
    std::string id = ids[walk];
    while (order.count(id) != 0 && walked.emplace(id, walk).second) {
      chain.push_back(id);
      const auto found = next.find(id);
      id = found == next.end() ? "" : found->second;
    }
    const auto entry = std::find(chain.begin(), chain.end(), id);
    if (entry == chain.end()) continue;  // ends, or leads to what was walked before
    std::vector<std::string> circle(entry, chain.end());
    std::rotate(circle.begin(),
                std::min_element(circle.begin(), circle.end(),
                                 [&](const std::string& a, const std::string& b) {
                                   return order.at(a) < order.at(b);
                                 }),
                circle.end());
    circle.push_back(circle.front());
    circles.push_back(std::move(circle));
  }
  return circles;
}

}  // namespace facet
