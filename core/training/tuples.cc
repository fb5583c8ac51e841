#include "core/training/tuples.h"

#include <ATen/ATen.h>

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
  std::vector<int64_t> anchors, positives, negatives;
  for (size_t i = 0; i < positive_first.size(); ++i) {
    const auto found = negatives_of.find(positive_first[i]);
    if (found == negatives_of.end()) continue;
    anchors.insert(anchors.end(), found->second.size(), positive_first[i]);
    positives.insert(positives.end(), found->second.size(), positive_second[i]);
    negatives.insert(negatives.end(), found->second.begin(), found->second.end());
  }
  const auto to_tensor = [&](const std::vector<int64_t>& values) {
    return at::tensor(values, at::kLong).to(pairs.positive_first.device());
  };
  Tuples triplets;
  triplets.kind = TupleKind::kTriplets;
  triplets.anchors = to_tensor(anchors);
  triplets.positives = to_tensor(positives);
  triplets.negatives = to_tensor(negatives);
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
