#include "core/training/tuple_supply.h"

#include <algorithm>
#include <cstddef>
#include <unordered_map>

#include "absl/strings/str_cat.h"

namespace facet {

bool CanHaveTuples(const std::vector<int64_t>& labels, int64_t num_anchors) {
  std::unordered_map<int64_t, int64_t> images;
  for (const int64_t label : labels) ++images[label];
  return images.size() >= 2 && std::any_of(labels.begin(), labels.begin() + num_anchors,
                                           [&images](int64_t label) { return images[label] >= 2; });
}

TupleSupply SupplyOf(const std::vector<int64_t>& labels, int64_t batch) {
  TupleSupply supply;
  supply.batch = batch;
  supply.images = static_cast<int64_t>(labels.size());
  std::unordered_map<int64_t, int64_t> images;
  for (const int64_t label : labels) ++images[label];
  supply.identities = static_cast<int64_t>(images.size());
  supply.with_several = std::count_if(images.begin(), images.end(),
                                      [](const auto& each) { return each.second >= 2; });
  return supply;
}

void AddEpoch(const std::vector<int64_t>& labels, const std::vector<int64_t>& order,
              TupleSupply* supply) {
  const auto size = static_cast<int64_t>(order.size());
  for (int64_t first = 0; first < size; first += supply->batch) {
    std::vector<int64_t> own;
    for (int64_t i = first; i < std::min(first + supply->batch, size); ++i) {
      own.push_back(labels[static_cast<size_t>(order[static_cast<size_t>(i)])]);
    }
    ++supply->batches;
    if (!CanHaveTuples(own, static_cast<int64_t>(own.size()))) ++supply->without;
  }
}

double ExpectedPairs(const std::vector<int64_t>& images_of_identities, int64_t batch) {
  double images = 0, pairs = 0;
  for (const int64_t count : images_of_identities) {
    images += static_cast<double>(count);
    pairs += static_cast<double>(count) * static_cast<double>(count - 1) / 2;
  }
  if (images < 2) return 0;
  const double drawn = std::min(static_cast<double>(batch), images);
  return pairs * drawn * (drawn - 1) / (images * (images - 1));
}

std::string TextOf(const TupleSupply& supply, const std::string& sampler) {
  return absl::StrCat(supply.without, " of the first ", supply.batches, " batches of ",
                      supply.batch, " that train.sampler \"", sampler, "\" makes of ",
                      supply.images, " images of ", supply.identities,
                      " identities have no two images of one identity beside one of another");
}

std::string CureOf(const TupleSupply& supply) {
  if (supply.with_several == 0) {
    return "every identity has one training image, of which no sampler makes a pair: give more "
           "images of each (train.data), or use a loss of classes such as softmax";
  }
  // The fewest images of each that fill a batch with as many identities as there are.
  for (int64_t images = 2; 2 * images <= supply.batch; ++images) {
    if (supply.batch % images != 0 || supply.batch / images > supply.identities) continue;
    return absl::StrCat("use train.sampler = { use = \"identities\", images = ", images, " }");
  }
  const int64_t identities =
      std::min(std::max<int64_t>(2, (supply.batch + 1) / 2), supply.identities);
  return absl::StrCat(
      "use train.sampler = { use = \"identities\", images = 2 } with train.batch = ",
      2 * identities);
}

}  // namespace facet
