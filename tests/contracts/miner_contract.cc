#include <ATen/ATen.h>

#include <algorithm>
#include <cmath>
#include <tuple>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "core/api/miner.h"
#include "tests/contracts/contract_checks.h"

namespace facet {
namespace {

// 12 images of 4 identities.
struct Batch {
  at::Tensor embeddings, labels;
};

Batch RandomBatch() {
  return {at::randn({12, 5}, at::detail::createCPUGenerator(13)),
          at::arange(12, at::kLong).remainder(4)};
}

bool IsList(const at::Tensor& indices, int64_t size, int64_t count) {
  return indices.defined() && indices.dim() == 1 && indices.scalar_type() == at::kLong &&
         indices.numel() == count &&
         (count == 0 ||
          (indices.min().item<int64_t>() >= 0 && indices.max().item<int64_t>() < size));
}

int64_t Length(const at::Tensor& indices) { return indices.defined() ? indices.numel() : -1; }

// Whether all of (i, j) are two images of one identity, or of two.
bool AllPositive(const at::Tensor& i, const at::Tensor& j, const at::Tensor& labels) {
  return i.ne(j).all().item<bool>() &&
         at::equal(labels.index_select(0, i), labels.index_select(0, j));
}
bool AllNegative(const at::Tensor& i, const at::Tensor& j, const at::Tensor& labels) {
  return labels.index_select(0, i).ne(labels.index_select(0, j)).all().item<bool>();
}

// Returns whether the tuples can be looked at any further.
bool CheckTuples(Contract& contract, const Miner& miner, const Tuples& tuples,
                 const at::Tensor& labels, const std::string& where) {
  const int64_t size = labels.numel();
  contract.Expect(tuples.num_skipped >= 0, where + ": it counts what it skips");
  if (!contract.Expect(tuples.kind == miner.makes() && tuples.kind != TupleKind::kNone,
                       where + ": it makes the kind that it says")) {
    return false;
  }
  if (tuples.kind == TupleKind::kTriplets) {
    const int64_t count = Length(tuples.anchors);
    if (!contract.Expect(
            IsList(tuples.anchors, size, count) && IsList(tuples.positives, size, count) &&
                IsList(tuples.negatives, size, count),
            where + ": triplets are three equally long lists of int64 indices into the samples")) {
      return false;
    }
    contract.Expect(AllPositive(tuples.anchors, tuples.positives, labels),
                    where + ": the positive is another sample of the anchor's identity");
    contract.Expect(AllNegative(tuples.anchors, tuples.negatives, labels),
                    where + ": the negative is of another identity");
    return true;
  }
  const int64_t positives = Length(tuples.positive_first);
  const int64_t negatives = Length(tuples.negative_first);
  if (!contract.Expect(
          IsList(tuples.positive_first, size, positives) &&
              IsList(tuples.positive_second, size, positives) &&
              IsList(tuples.negative_first, size, negatives) &&
              IsList(tuples.negative_second, size, negatives),
          where + ": pairs are equally long lists of int64 indices into the samples")) {
    return false;
  }
  contract.Expect(AllPositive(tuples.positive_first, tuples.positive_second, labels),
                  where + ": a positive pair is two samples of one identity");
  contract.Expect(AllNegative(tuples.negative_first, tuples.negative_second, labels),
                  where + ": a negative pair is of two identities");
  return true;
}

bool SameList(const at::Tensor& a, const at::Tensor& b) {
  return a.defined() == b.defined() && (!a.defined() || at::equal(a, b));
}

bool SameTuples(const Tuples& a, const Tuples& b) {
  return a.kind == b.kind && a.num_skipped == b.num_skipped && SameList(a.anchors, b.anchors) &&
         SameList(a.positives, b.positives) && SameList(a.negatives, b.negatives) &&
         SameList(a.positive_first, b.positive_first) &&
         SameList(a.positive_second, b.positive_second) &&
         SameList(a.negative_first, b.negative_first) &&
         SameList(a.negative_second, b.negative_second);
}

// The images that tuples begin with, once for each.
at::Tensor FirstOf(const Tuples& tuples) {
  return tuples.kind == TupleKind::kTriplets
             ? tuples.anchors
             : at::cat({tuples.positive_first, tuples.negative_first});
}

int64_t NumSkipped(const Tuples& tuples, int64_t num_anchors) {
  return num_anchors - std::get<0>(at::_unique(FirstOf(tuples))).numel();
}

// Nothing is found where nothing is: no triplet at all, no pair of the kind that there is not.
void CheckLackOf(Contract& contract, Miner& miner, const Batch& batch, bool has_positives,
                 bool has_negatives, const std::string& where) {
  const auto tuples = miner.Mine(batch.embeddings, batch.labels, 3);
  if (!contract.ExpectOk(tuples.status(), where + " is no error") ||
      !CheckTuples(contract, miner, *tuples, batch.labels, where)) {
    return;
  }
  if (tuples->kind == TupleKind::kTriplets) {
    contract.Expect(tuples->anchors.numel() == 0, where + " has no triplets");
    return;
  }
  contract.Expect(has_positives || tuples->positive_first.numel() == 0,
                  where + " has no positive pairs");
  contract.Expect(has_negatives || tuples->negative_first.numel() == 0,
                  where + " has no negative pairs");
}

// The same values in memory that has gaps.
Batch Strided(const Batch& batch) {
  return {at::stack({batch.embeddings, batch.embeddings + 1}, 2).select(2, 0),
          at::stack({batch.labels, batch.labels + 1}, 1).select(1, 0)};
}

// By place in the batch, sorted: what was mined, whatever its order.
std::vector<std::vector<int64_t>> Sorted(const Tuples& tuples, const at::Tensor& old_of_new) {
  std::vector<std::vector<int64_t>> rows;
  const auto add = [&](const std::vector<at::Tensor>& columns, int64_t sort) {
    for (int64_t i = 0; i < columns[0].numel(); ++i) {
      rows.push_back({sort});
      for (const at::Tensor& column : columns) {
        rows.back().push_back(old_of_new[column[i].item<int64_t>()].item<int64_t>());
      }
    }
  };
  if (tuples.kind == TupleKind::kTriplets) {
    add({tuples.anchors, tuples.positives, tuples.negatives}, 0);
  } else {
    add({tuples.positive_first, tuples.positive_second}, 1);
    add({tuples.negative_first, tuples.negative_second}, 2);
  }
  std::sort(rows.begin(), rows.end());
  return rows;
}

// A miner may draw, by places in the batch; one that does not mines the same images wherever they
// stand.
void CheckMinedOrder(Contract& contract, Miner& miner, const Batch& batch, const Tuples& tuples) {
  contract.Section("order independence");
  for (const uint64_t seed : {4, 5, 6}) {
    const auto other = miner.Mine(batch.embeddings, batch.labels, seed);
    if (!other.ok() || !SameTuples(tuples, *other)) {
      return contract.NotChecked("it draws by its seed and the places in the batch");
    }
  }
  const int64_t size = batch.labels.numel();
  const at::Tensor order = at::randperm(size, at::detail::createCPUGenerator(19), at::kLong);
  const auto permuted =
      miner.Mine(batch.embeddings.index_select(0, order), batch.labels.index_select(0, order), 3);
  contract.Expect(
      permuted.ok() && Sorted(*permuted, order) == Sorted(tuples, at::arange(size, at::kLong)),
      "the order of a batch changes nothing");
}

// What an AnchorMiner keeps beside that, whichever images are anchors.
void CheckAnchors(Contract& contract, Miner& miner, const Batch& batch, const Tuples& of_all) {
  if (!contract.HasTrait(Trait::kMinesForAnchors)) return;
  contract.Section("index validity");
  contract.Expect(of_all.num_skipped == NumSkipped(of_all, batch.labels.numel()),
                  "num_skipped counts the images that begin no tuple");
  for (const int64_t num_anchors : {int64_t{0}, int64_t{5}, batch.labels.numel()}) {
    const std::string where = absl::StrCat("a batch with ", num_anchors, " anchors");
    const auto tuples = static_cast<AnchorMiner&>(miner).MineAnchors(batch.embeddings, batch.labels,
                                                                     num_anchors, 3);
    if (!contract.ExpectOk(tuples.status(), where) ||
        !CheckTuples(contract, miner, *tuples, batch.labels, where)) {
      continue;
    }
    const at::Tensor first = FirstOf(*tuples);
    if (!contract.Expect(first.numel() == 0 || first.max().item<int64_t>() < num_anchors,
                         where + ": its tuples begin with an anchor")) {
      continue;
    }
    contract.Expect(tuples->num_skipped == NumSkipped(*tuples, num_anchors),
                    where + ": num_skipped counts the anchors that begin no tuple");
    contract.Expect(num_anchors < batch.labels.numel() || SameTuples(of_all, *tuples),
                    "where every image is an anchor it mines what Mine() does");
  }
}

void CheckOddBatches(Contract& contract, Miner& miner, const Batch& batch) {
  contract.Section("odd inputs");
  if (!contract.broken().empty()) return;  // it would be said again of every case
  at::Tensor with_nan = batch.embeddings.clone();
  with_nan[0].fill_(std::nan(""));
  for (const auto& [embeddings, where] :
       {std::pair(with_nan, "an embedding that is NaN"),
        std::pair(batch.embeddings * 1e30, "long embeddings"),
        std::pair(at::zeros_like(batch.embeddings), "zero embeddings"),
        std::pair(at::ones_like(batch.embeddings), "equal embeddings")}) {
    const auto tuples =
        Guarded([&, input = embeddings] { return miner.Mine(input, batch.labels, 3); });
    if (tuples.ok()) CheckTuples(contract, miner, *tuples, batch.labels, where);
  }
}

void CheckBatches(Contract& contract, Miner& miner) {
  contract.Section("index validity");
  const Batch batch = RandomBatch();
  const Batch kept = {batch.embeddings.clone(), batch.labels.clone()};
  const auto tuples = miner.Mine(batch.embeddings, batch.labels, 3);
  if (!contract.ExpectOk(tuples.status(), "it mines a batch") ||
      !CheckTuples(contract, miner, *tuples, batch.labels, "a batch")) {
    return;
  }
  contract.Expect(
      at::equal(batch.embeddings, kept.embeddings) && at::equal(batch.labels, kept.labels),
      "it leaves its input as it is");
  const auto mines_the_same = [&](Miner& other, const Batch& input) {
    const auto again = other.Mine(input.embeddings, input.labels, 3);
    return again.ok() && SameTuples(*tuples, *again);
  };
  contract.Section("determinism");
  contract.Expect(mines_the_same(*contract.Make<Miner>(), kept), "equal seeds mine the same");
  contract.Expect(miner.Mine(kept.embeddings.neg(), kept.labels, 4).ok(), "it mines on");
  contract.Expect(mines_the_same(miner, kept), "earlier batches and seeds change nothing");
  contract.Expect(mines_the_same(miner, Strided(kept)),
                  "tensors that are not contiguous are read alike");

  CheckAnchors(contract, miner, kept, *tuples);
  CheckMinedOrder(contract, miner, kept, *tuples);
  CheckOddBatches(contract, miner, kept);
  CheckLackOf(contract, miner, {kept.embeddings, at::zeros({12}, at::kLong)}, true, false,
              "a batch of one identity");
  CheckLackOf(contract, miner, {kept.embeddings, at::arange(12, at::kLong)}, false, true,
              "a batch without two images of anyone");
  CheckLackOf(contract, miner, {at::zeros({0, 5}), at::zeros({0}, at::kLong)}, false, false,
              "an empty batch");
}

// All tuples of an epoch; empty if it went wrong.
std::vector<Tuples> Epoch(Contract& contract, Miner& miner, const Batch& batch, uint64_t seed) {
  constexpr int64_t kMaxTuples = 5;
  std::vector<Tuples> all;
  if (!contract.ExpectOk(miner.BeginEpoch(batch.labels, seed), "it begins an epoch")) return all;
  const EmbedFunction embed = [&batch](const at::Tensor& indices) {
    return batch.embeddings.index_select(0, indices);
  };
  bool done = false;
  for (int call = 0; !done && call < 1000; ++call) {
    auto tuples = miner.Next(kMaxTuples, embed, &done);
    if (!contract.ExpectOk(tuples.status(), "it goes on") ||
        !CheckTuples(contract, miner, *tuples, batch.labels, "an epoch")) {
      return {};
    }
    const bool is_pairs = tuples->kind == TupleKind::kPairs;
    const int64_t count = is_pairs ? tuples->positive_first.numel() + tuples->negative_first.numel()
                                   : tuples->anchors.numel();
    contract.Expect(count <= kMaxTuples, "it gives no more tuples at a time than asked for");
    all.push_back(*std::move(tuples));
  }
  contract.Expect(done, "an epoch ends");
  return all;
}

void CheckEpochs(Contract& contract, Miner& miner) {
  contract.Section("order independence");
  contract.NotChecked("a miner of epochs draws by places in the data set");
  contract.Section("index validity");
  const Batch batch = RandomBatch();
  const Batch kept = {batch.embeddings.clone(), batch.labels.clone()};
  const std::vector<Tuples> tuples = Epoch(contract, miner, batch, 3);
  contract.Expect(
      at::equal(batch.embeddings, kept.embeddings) && at::equal(batch.labels, kept.labels),
      "it leaves its input as it is");
  const auto mines_the_same = [&](Miner& other, const Batch& input) {
    const std::vector<Tuples> again = Epoch(contract, other, input, 3);
    bool same = tuples.size() == again.size();
    for (size_t i = 0; same && i < tuples.size(); ++i) same = SameTuples(tuples[i], again[i]);
    return same;
  };
  contract.Section("determinism");
  contract.Expect(mines_the_same(*contract.Make<Miner>(), kept), "equal seeds mine the same");
  Epoch(contract, miner, kept, 4);
  contract.Expect(mines_the_same(miner, kept), "earlier epochs and seeds change nothing");
  contract.Expect(mines_the_same(miner, Strided(kept)),
                  "tensors that are not contiguous are read alike");
  contract.Section("odd inputs");
  for (const at::Tensor& labels :
       {at::zeros({12}, at::kLong), at::arange(12, at::kLong), at::zeros({0}, at::kLong)}) {
    const at::Tensor rows = kept.embeddings.narrow(0, 0, labels.numel());
    for (const Tuples& lone : Epoch(contract, miner, {rows, labels}, 3)) {
      contract.Expect(lone.kind != TupleKind::kTriplets || lone.anchors.numel() == 0,
                      "a data set without positives or without negatives has no triplets");
    }
  }
}

}  // namespace

void CheckMiner(Contract& contract) {
  contract.Plan({"index validity", "determinism", "order independence", "odd inputs"});
  const auto miner = contract.Make<Miner>();
  if (miner == nullptr) return;
  if (miner->scope() == MinerScope::kEpoch) {
    CheckEpochs(contract, *miner);
  } else {
    CheckBatches(contract, *miner);
  }
}

}  // namespace facet
