#include "plugins/samplers/identity_decks.h"

#include <map>
#include <numeric>

namespace facet {
namespace {

std::vector<size_t> Indices(size_t count) {
  std::vector<size_t> indices(count);
  std::iota(indices.begin(), indices.end(), size_t{0});
  return indices;
}

}  // namespace

std::vector<std::vector<int64_t>> ImagesOfLabels(const std::vector<int64_t>& labels) {
  std::map<int64_t, std::vector<int64_t>> of_label;
  for (size_t i = 0; i < labels.size(); ++i) {
    of_label[labels[i]].push_back(static_cast<int64_t>(i));
  }
  std::vector<std::vector<int64_t>> identities;
  for (auto& [label, images] : of_label) identities.push_back(std::move(images));
  return identities;
}

IdentityDecks::IdentityDecks(std::vector<std::vector<int64_t>> identities)
    : identities_(Indices(identities.size())) {
  for (std::vector<int64_t>& images : identities) images_.emplace_back(std::move(images));
}

void IdentityDecks::Deal(int64_t identities, int64_t images, Random& random,
                         std::vector<int64_t>* order) {
  for (const size_t identity : identities_.Deal(static_cast<size_t>(identities), random)) {
    const std::vector<int64_t> dealt = images_[identity].Deal(static_cast<size_t>(images), random);
    order->insert(order->end(), dealt.begin(), dealt.end());
  }
}

}  // namespace facet
