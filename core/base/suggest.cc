#include "core/base/suggest.h"

#include <algorithm>
#include <cctype>

namespace facet {
namespace {

std::string Fold(std::string_view text) {
  std::string folded;
  for (const char c : text) {
    folded.push_back(c == '-' ? '_'
                              : static_cast<char>(std::tolower(static_cast<unsigned char>(c))));
  }
  return folded;
}

}  // namespace

int EditDistance(std::string_view a_text, std::string_view b_text) {
  const std::string a = Fold(a_text);
  const std::string b = Fold(b_text);
  std::vector<std::vector<int>> cost(a.size() + 1, std::vector<int>(b.size() + 1));
  for (size_t i = 0; i <= a.size(); ++i) cost[i][0] = static_cast<int>(i);
  for (size_t j = 0; j <= b.size(); ++j) cost[0][j] = static_cast<int>(j);
  for (size_t i = 1; i <= a.size(); ++i) {
    for (size_t j = 1; j <= b.size(); ++j) {
      const int substitution = cost[i - 1][j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1);
      cost[i][j] = std::min({cost[i - 1][j] + 1, cost[i][j - 1] + 1, substitution});
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) {
        cost[i][j] = std::min(cost[i][j], cost[i - 2][j - 2] + 1);
      }
    }
  }
  return cost[a.size()][b.size()];
}

std::string Nearest(std::string_view name, const std::vector<std::string>& known) {
  const int limit = std::max<int>(1, static_cast<int>(name.size()) / 3);
  int best_distance = limit + 1;
  std::string best;
  for (const std::string& candidate : known) {
    const int distance = EditDistance(name, candidate);
    if (distance < best_distance) {
      best_distance = distance;
      best = candidate;
    }
  }
  if (!best.empty()) return best;
  const std::string folded = Fold(name);
  for (const std::string& candidate : known) {
    if (folded.size() >= 3 && Fold(candidate).compare(0, folded.size(), folded) == 0) {
      return candidate;
    }
  }
  return "";
}

}  // namespace facet
