#include "core/training/sampler.h"

#include <algorithm>
#include <map>
#include <set>
#include <utility>

#include "absl/strings/str_cat.h"
#include "core/base/random.h"

namespace facet {
namespace {

std::map<int64_t, std::vector<int64_t>> RowsOfLabels(const std::vector<int64_t>& labels,
                                                     const std::vector<int64_t>& rows) {
  std::map<int64_t, std::vector<int64_t>> of_label;
  for (const int64_t row : rows) of_label[labels[static_cast<size_t>(row)]].push_back(row);
  return of_label;
}

// Those that may be shown, in order of their labels.
std::vector<std::vector<int64_t>> Identities(const std::vector<int64_t>& labels,
                                             const std::vector<int64_t>& rows,
                                             const SamplerSettings& settings) {
  std::vector<std::vector<int64_t>> identities;
  for (auto& [label, images] : RowsOfLabels(labels, rows)) {
    if (settings.few_images == "leave_out" &&
        static_cast<int64_t>(images.size()) < settings.images) {
      continue;
    }
    identities.push_back(std::move(images));
  }
  return identities;
}

// Values in random order, handed out `count` at a time and shuffled anew when too few are left.
template <class T>
class Deck {
 public:
  explicit Deck(std::vector<T> values) : values_(std::move(values)), next_(values_.size()) {}

  // `count` values; with fewer in the deck, all of them again and again.
  std::vector<T> Deal(size_t count, Random& random) {
    if (next_ + count > values_.size()) {
      random.Shuffle(values_);
      next_ = 0;
    }
    std::vector<T> dealt;
    for (size_t i = 0; i < count; ++i) dealt.push_back(values_[(next_ + i) % values_.size()]);
    next_ = std::min(next_ + count, values_.size());
    return dealt;
  }

 private:
  std::vector<T> values_;
  size_t next_;
};

}  // namespace

std::vector<int64_t> OrderByIdentity(const std::vector<int64_t>& labels,
                                     const std::vector<int64_t>& rows,
                                     const SamplerSettings& settings, int64_t num_batches,
                                     uint64_t seed) {
  Random random(seed);
  std::vector<Deck<int64_t>> images;
  std::vector<size_t> indices;
  for (std::vector<int64_t>& identity : Identities(labels, rows, settings)) {
    indices.push_back(images.size());
    images.emplace_back(std::move(identity));
  }
  Deck<size_t> identities(std::move(indices));
  std::vector<int64_t> order;
  for (int64_t batch = 0; batch < num_batches; ++batch) {
    for (const size_t i : identities.Deal(static_cast<size_t>(settings.identities), random)) {
      for (const int64_t row : images[i].Deal(static_cast<size_t>(settings.images), random)) {
        order.push_back(row);
      }
    }
  }
  return order;
}

absl::Status CheckIdentities(const std::vector<int64_t>& labels, const std::vector<int64_t>& rows,
                             const SamplerSettings& settings) {
  const auto count = static_cast<int64_t>(Identities(labels, rows, settings).size());
  if (settings.use != "identities" || count >= settings.identities) return absl::OkStatus();
  const bool leaves_out = settings.few_images == "leave_out";
  return absl::InvalidArgumentError(absl::StrCat(
      "train.sampler.identities = ", settings.identities, ", but the training images show ", count,
      " identities",
      leaves_out ? absl::StrCat(" with at least images = ", settings.images, " each") : "",
      "; lower it (and train.optimizer.batch with it)",
      leaves_out ? ", or set few_images = \"repeat\"" : ""));
}

std::vector<int64_t> GroupByIdentity(const std::vector<int64_t>& labels,
                                     const std::vector<int64_t>& rows, int64_t images) {
  const std::map<int64_t, std::vector<int64_t>> of_label = RowsOfLabels(labels, rows);
  std::vector<int64_t> order;
  for (size_t begin = 0; order.size() < rows.size(); begin += static_cast<size_t>(images)) {
    for (const auto& [label, own] : of_label) {
      const size_t end = std::min(own.size(), begin + static_cast<size_t>(images));
      for (size_t i = begin; i < end; ++i) order.push_back(own[i]);
    }
  }
  return order;
}

bool HasTuples(const std::vector<int64_t>& labels) {
  const std::set<int64_t> different(labels.begin(), labels.end());
  return different.size() >= 2 && different.size() < labels.size();
}

}  // namespace facet
