#include "core/training/split.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <set>

#include "absl/strings/str_cat.h"
#include "core/base/random.h"

namespace facet {

LabelledRows LabelRows(const std::vector<std::string>& identities) {
  LabelledRows rows;
  const std::set<std::string> names(identities.begin(), identities.end());
  for (const std::string& name : names) {
    if (!name.empty()) rows.classes.push_back(name);
  }
  for (const std::string& name : identities) {
    const auto found = std::lower_bound(rows.classes.begin(), rows.classes.end(), name);
    rows.labels.push_back(name.empty() ? -1 : found - rows.classes.begin());
  }
  return rows;
}

Split SplitRows(const std::vector<int64_t>& labels, double share, uint64_t seed, int64_t group) {
  std::map<int64_t, std::vector<int64_t>> rows_of_label;
  for (size_t row = 0; row < labels.size(); ++row) {
    if (labels[row] >= 0) rows_of_label[labels[row]].push_back(static_cast<int64_t>(row));
  }
  Split split;
  for (auto& [label, rows] : rows_of_label) {
    Random random(DeriveSeed(seed, absl::StrCat("split/", label)));
    random.Shuffle(rows);
    const double wanted = share * static_cast<double>(rows.size()) / static_cast<double>(group);
    int64_t num_groups = static_cast<int64_t>(std::floor(wanted));
    if (random.Bernoulli(wanted - std::floor(wanted))) ++num_groups;
    const int64_t most = (static_cast<int64_t>(rows.size()) - 1) / group;
    const int64_t held_out = std::min(num_groups, most) * group;
    split.validation.insert(split.validation.end(), rows.begin(), rows.begin() + held_out);
    split.training.insert(split.training.end(), rows.begin() + held_out, rows.end());
  }
  std::sort(split.training.begin(), split.training.end());
  std::sort(split.validation.begin(), split.validation.end());
  return split;
}

std::vector<int64_t> GroupByIdentity(const std::vector<int64_t>& labels,
                                     const std::vector<int64_t>& rows, int64_t images) {
  std::map<int64_t, std::vector<int64_t>> of_label;
  for (const int64_t row : rows) of_label[labels[static_cast<size_t>(row)]].push_back(row);
  std::vector<int64_t> order;
  for (size_t begin = 0; order.size() < rows.size(); begin += static_cast<size_t>(images)) {
    for (const auto& [label, own] : of_label) {
      const size_t end = std::min(own.size(), begin + static_cast<size_t>(images));
      for (size_t i = begin; i < end; ++i) order.push_back(own[i]);
    }
  }
  return order;
}

}  // namespace facet
