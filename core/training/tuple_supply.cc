#include "core/training/tuple_supply.h"

#include <algorithm>
#include <cstddef>
#include <map>
#include <unordered_map>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"

namespace facet {
namespace {

constexpr char kLeaveOut[] = ", few_images = \"leave_out\"";

// Of so many things, two at a time.
int64_t Pairs(int64_t count) { return count * (count - 1) / 2; }

void AddBatch(const std::vector<int64_t>& labels, const std::vector<int64_t>& own,
              TupleSupply* supply) {
  std::map<int64_t, int64_t> of_label, of_image;
  std::vector<int64_t> shown, different;
  for (const int64_t image : own) {
    const int64_t label = labels[static_cast<size_t>(image)];
    shown.push_back(label);
    ++of_label[label];
    if (++of_image[image] == 1) different.push_back(label);
  }
  for (const auto& [label, count] : of_label) supply->pairs += Pairs(count);
  for (const auto& [image, count] : of_image) supply->pairs_of_itself += Pairs(count);
  ++supply->batches;
  if (CanHaveTuples(different, static_cast<int64_t>(different.size()))) return;
  ++supply->without;
  if (CanHaveTuples(shown, static_cast<int64_t>(shown.size()))) ++supply->of_itself;
}

}  // namespace

void TupleSupply::AddIdentity(int64_t count) {
  ++identities;
  images += count;
  if (count < 2) return;
  fewest = with_several == 0 ? count : std::min(fewest, count);
  ++with_several;
}

bool CanHaveTuples(const std::vector<int64_t>& labels, int64_t num_anchors) {
  std::unordered_map<int64_t, int64_t> images;
  for (const int64_t label : labels) ++images[label];
  return images.size() >= 2 && std::any_of(labels.begin(), labels.begin() + num_anchors,
                                           [&images](int64_t label) { return images[label] >= 2; });
}

TupleSupply SupplyOf(const std::vector<int64_t>& labels, int64_t batch) {
  TupleSupply supply;
  supply.batch = batch;
  std::unordered_map<int64_t, int64_t> images;
  for (const int64_t label : labels) ++images[label];
  for (const auto& [label, count] : images) supply.AddIdentity(count);
  return supply;
}

void AddEpoch(const std::vector<int64_t>& labels, const std::vector<int64_t>& order,
              TupleSupply* supply) {
  const auto size = static_cast<int64_t>(order.size());
  for (int64_t first = 0; first < size; first += supply->batch) {
    const int64_t end = std::min(first + supply->batch, size);
    AddBatch(labels, {order.begin() + first, order.begin() + end}, supply);
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
  return absl::StrCat(
      supply.without, " of the first ", supply.batches, " batches of ", supply.batch,
      " that train.sampler \"", sampler, "\" makes of ", supply.images, " images of ",
      supply.identities, " identities have no two images of one identity beside one of another",
      supply.of_itself == 0 ? ""
                            : absl::StrCat(" (in ", supply.of_itself,
                                           " an image is shown again, as a pair with itself)"));
}

std::string TextOfItself(const TupleSupply& supply, const std::string& sampler) {
  return absl::StrFormat(
      "%.0f %% of the pairs of one identity in the first %d batches of %d that train.sampler "
      "\"%s\" makes are an image with itself: of %d identities %d have one training image%s",
      100 * supply.pairs_share_of_itself(), supply.batches, supply.batch, sampler,
      supply.identities, supply.identities - supply.with_several,
      supply.with_several == 0 ? "" : absl::StrCat(", the others ", supply.fewest, " or more"));
}

std::string CureOf(const TupleSupply& supply) {
  if (supply.with_several < 2) {
    return absl::StrCat(
        supply.with_several == 0 ? "every identity has one training image, of which no sampler "
                                   "makes a pair"
                                 : "no more than one identity has two training images or more",
        ": give more images of each (train.data), or use a loss of classes such as softmax");
  }
  const bool some_have_one = supply.with_several < supply.identities;
  // The fewest images of each that fill a batch with as many identities as there are, none twice.
  for (int64_t images = 2; 2 * images <= supply.batch && images <= supply.fewest; ++images) {
    if (supply.batch % images != 0 || supply.batch / images > supply.with_several) continue;
    return absl::StrCat("use train.sampler = { use = \"identities\", images = ", images,
                        some_have_one ? kLeaveOut : "", " }");
  }
  const int64_t identities =
      std::min(std::max<int64_t>(2, (supply.batch + 1) / 2), supply.with_several);
  return absl::StrCat("use train.sampler = { use = \"identities\", images = 2",
                      some_have_one ? kLeaveOut : "", " } with train.batch = ", 2 * identities);
}

}  // namespace facet
