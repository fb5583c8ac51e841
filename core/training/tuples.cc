#include "core/training/tuples.h"

#include <ATen/ATen.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <unordered_map>
#include <vector>

#include "core/base/check.h"

namespace facet {
namespace {

Tuples ToPairs(const Tuples& triplets) {
  Tuples pairs;
  pairs.kind = TupleKind::kPairs;
  pairs.positive_first = pairs.negative_first = triplets.anchors;
  pairs.positive_second = triplets.positives;
  pairs.negative_second = triplets.negatives;
  return pairs;
}

Tuples ToTriplets(const Tuples& pairs) {
  const std::vector<int64_t> positive_first = ToVector(pairs.positive_first),
                             positive_second = ToVector(pairs.positive_second),
                             negative_first = ToVector(pairs.negative_first),
                             negative_second = ToVector(pairs.negative_second);
  std::unordered_map<int64_t, std::vector<int64_t>> negatives_of;
  for (size_t i = 0; i < negative_first.size(); ++i) {
    negatives_of[negative_first[i]].push_back(negative_second[i]);
  }
  int64_t count = 0;
  for (const int64_t first : positive_first) {
    const auto found = negatives_of.find(first);
    if (found != negatives_of.end()) count += static_cast<int64_t>(found->second.size());
  }
  Tuples triplets;
  triplets.kind = TupleKind::kTriplets;
  for (at::Tensor* const column : {&triplets.anchors, &triplets.positives, &triplets.negatives}) {
    *column = at::empty({count}, at::kLong);
  }
  int64_t *anchor = triplets.anchors.data_ptr<int64_t>(),
          *positive = triplets.positives.data_ptr<int64_t>(),
          *negative = triplets.negatives.data_ptr<int64_t>();
  for (size_t i = 0; i < positive_first.size(); ++i) {
    const auto found = negatives_of.find(positive_first[i]);
    if (found == negatives_of.end()) continue;
    const size_t num_negatives = found->second.size();
    anchor = std::fill_n(anchor, num_negatives, positive_first[i]);
    positive = std::fill_n(positive, num_negatives, positive_second[i]);
    negative = std::copy(found->second.begin(), found->second.end(), negative);
  }
  for (at::Tensor* const column : {&triplets.anchors, &triplets.positives, &triplets.negatives}) {
    *column = column->to(pairs.positive_first.device());
  }
  return triplets;
}

}  // namespace

std::vector<int64_t> ToVector(const at::Tensor& indices) {
  const at::Tensor values = indices.to(at::kCPU, at::kLong).contiguous();
  const int64_t* const data = values.data_ptr<int64_t>();
  return std::vector<int64_t>(data, data + values.numel());
}

int64_t NumTuples(const Tuples& tuples) {
  const auto count = [](const at::Tensor& column) { return column.defined() ? column.numel() : 0; };
  return count(tuples.anchors) + count(tuples.positive_first) + count(tuples.negative_first);
}

Tuples ConvertTuples(const Tuples& tuples, TupleKind kind) {
  if (tuples.kind == kind) return tuples;
  FACET_CHECK(tuples.kind != TupleKind::kNone && kind != TupleKind::kNone);
  Tuples converted = kind == TupleKind::kPairs ? ToPairs(tuples) : ToTriplets(tuples);
  converted.num_skipped = tuples.num_skipped;
  return converted;
}

}  // namespace facet
