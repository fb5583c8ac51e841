#include "plugins/losses/distance_hinges.h"

#include <ATen/ATen.h>
#include <ATen/Parallel.h>

#include <algorithm>
#include <cmath>
#include <mutex>

#include "plugins/distances/rough_rows.h"
#include "plugins/distances/row_distances.h"
#include "plugins/losses/mask_loops.h"

namespace facet {
namespace {

constexpr int64_t kFew = 64;  // one pair in so many: more are measured faster all at once

using Entries = std::vector<int64_t>;  // of a matrix [A, N], ascending: row * N + column

int64_t NumPairs(const at::Tensor& mask) { return NumMasked(mask.data_ptr<bool>(), mask.numel()); }

// Calls each(j) where squares[j] - 2 products[j] is at most `last`, ascending.
template <class Each>
void ForEachNear(const float* squares, const float* products, int64_t size, float last,
                 const Each& each) {
  constexpr int64_t kTogether = 32;
  const auto near = [&](int64_t j) { return squares[j] - 2 * products[j] <= last; };
  int64_t j = 0;
  for (; j + kTogether <= size; j += kTogether) {
    int32_t any = 0;
    for (int64_t k = j; k < j + kTogether; ++k) any |= near(k) ? 1 : 0;
    if (any == 0) continue;
    for (int64_t k = j; k < j + kTogether; ++k) {
      if (near(k)) each(k);
    }
  }
  for (; j < size; ++j) {
    if (near(j)) each(j);
  }
}

// Entries of a mask that may be nearer than a bound: all that are, and a few that are not.
class NearEntries {
 public:
  NearEntries(const RoughRows& rough, const at::Tensor& mask, double bound, int64_t most)
      : rough_(rough),
        mask_(mask.data_ptr<bool>()),
        num_anchors_(mask.size(0)),
        size_(mask.size(1)),
        bound_(std::min(bound * bound * rough.scale() * rough.scale(), 1e30)),
        most_(most) {}

  std::optional<Entries> Find() {
    rough_.ForEachProduct(num_anchors_, num_anchors_ == size_, [&](const auto& some) {
      at::parallel_for(0, some.count, 8, [&](int64_t begin, int64_t end) {
        Entries found;
        for (int64_t i = begin; i < end; ++i) FindOfRow(some, i, found);
        const std::lock_guard<std::mutex> lock(mutex_);
        found_.insert(found_.end(), found.begin(), found.end());
      });
      return NumFound() <= most_;
    });
    if (NumFound() > most_) return std::nullopt;
    std::sort(found_.begin(), found_.end());
    return std::move(found_);
  }

 private:
  int64_t NumFound() const { return static_cast<int64_t>(found_.size()); }

  void FindOfRow(const RoughRows::Products& some, int64_t row, Entries& found) const {
    const int64_t i = some.first + row, columns = size_ - some.begin;
    const float* const squares = rough_.squares().data();
    // What is measured instead is off by less than the rough distance is.
    const auto last = static_cast<float>(bound_ + 2 * rough_.Slack(i) - squares[i]);
    ForEachNear(squares + some.begin, some.products + row * columns, columns, last,
                [&](int64_t column) {
                  const int64_t j = some.begin + column;
                  Add(i, j, found);
                  // Rows of these products meet each other in both orders.
                  if (num_anchors_ == size_ && j >= some.first + some.count) Add(j, i, found);
                });
  }

  void Add(int64_t i, int64_t j, Entries& found) const {
    if (mask_[i * size_ + j]) found.push_back(i * size_ + j);
  }

  const RoughRows& rough_;
  const bool* const mask_;
  const int64_t num_anchors_, size_;
  const double bound_;
  const int64_t most_;
  std::mutex mutex_;
  Entries found_;
};

// Those of a term's pairs that can cost something; none: there are too many, or nobody knows.
std::optional<Entries> EntriesThatCost(const at::Tensor& x, const PairTerm& term, int64_t most,
                                       std::optional<RoughRows>& rough) {
  const int64_t size = term.mask.size(1);
  if (NumPairs(term.mask) <= most) {
    Entries entries;
    ForEachMasked(term.mask.data_ptr<bool>(), term.mask.numel(),
                  [&](int64_t entry) { entries.push_back(entry); });
    return entries;
  }
  if (term.scale > 0 || size == 0) return std::nullopt;  // what is far costs
  if (!rough) rough = RoughRows::Of(x.detach().contiguous(), /*unit=*/false);
  if (!rough) return std::nullopt;
  return NearEntries(*rough, term.mask, term.origin, most).Find();
}

// Which of the mask's entries these are.
at::Tensor NumbersOf(const Entries& entries, const at::Tensor& mask) {
  const at::Tensor numbers = at::empty({static_cast<int64_t>(entries.size())}, at::kLong);
  int64_t from = 0, before = 0;
  for (size_t k = 0; k < entries.size(); ++k) {
    before += NumMasked(mask.data_ptr<bool>() + from, entries[k] - from);
    from = entries[k];
    numbers.data_ptr<int64_t>()[k] = before;
  }
  return numbers;
}

// The term of these entries, of which `distances` are.
at::Tensor HingesOfEntries(const at::Tensor& distances, const PairTerm& term,
                           const Entries& entries) {
  PairTerm some = term;
  some.mask = at::ones({1, distances.size(0)}, at::kBool);
  const at::Tensor hinges = TakeTermsByOperations(distances.unsqueeze(0), {some})[0];
  const int64_t count = term.costly ? 0 : NumPairs(term.mask);
  if (term.costly || count == distances.size(0)) return hinges;
  return at::zeros({count}, distances.options())
      .index_copy_(0, NumbersOf(entries, term.mask), hinges);
}

}  // namespace

std::vector<at::Tensor> TakeDistanceHinges(const PairBatch& batch,
                                           const std::vector<PairTerm>& terms) {
  const auto few = TakeFewDistanceHinges(batch, terms, batch.positive.numel() / kFew);
  return few ? *few : TakeTerms(Distances(batch), terms);
}

std::optional<std::vector<at::Tensor>> TakeFewDistanceHinges(const PairBatch& batch,
                                                             const std::vector<PairTerm>& given,
                                                             int64_t most) {
  const at::Tensor& x = batch.embeddings;
  if (!x.is_cpu() || x.numel() == 0) return std::nullopt;
  std::optional<RoughRows> rough;
  std::vector<PairTerm> terms = given;
  std::vector<Entries> entries;
  for (PairTerm& term : terms) {
    term.mask = term.mask.contiguous();
    std::optional<Entries> some = EntriesThatCost(x, term, most, rough);
    if (!some) return std::nullopt;
    entries.push_back(*std::move(some));
  }
  const int64_t size = x.size(0);
  Entries rows, columns;
  for (const Entries& some : entries) {
    for (const int64_t entry : some) {
      rows.push_back(entry / size);
      columns.push_back(entry % size);
    }
  }
  const at::Tensor distances = PairedDistances(x, at::tensor(rows, at::kLong),
                                               at::tensor(columns, at::kLong), /*squared=*/false);
  std::vector<at::Tensor> taken;
  int64_t first = 0;
  for (size_t k = 0; k < terms.size(); ++k) {
    const auto count = static_cast<int64_t>(entries[k].size());
    taken.push_back(HingesOfEntries(distances.narrow(0, first, count), terms[k], entries[k]));
    first += count;
  }
  return taken;
}

}  // namespace facet
