#include <ATen/ATen.h>

#include "core/api/miner.h"
#include "tests/contracts/contract_checks.h"

namespace facet {
namespace {

void CheckTuples(Contract& contract, const Tuples& tuples, const at::Tensor& labels,
                 const std::string& where) {
  if (tuples.kind != TupleKind::kTriplets) return;
  const int64_t count = tuples.anchors.numel();
  if (!contract.Expect(tuples.positives.numel() == count && tuples.negatives.numel() == count,
                       where + ": triplets have three equal columns")) {
    return;
  }
  for (int64_t i = 0; i < count; ++i) {
    const int64_t a = tuples.anchors[i].item<int64_t>();
    const int64_t p = tuples.positives[i].item<int64_t>();
    const int64_t n = tuples.negatives[i].item<int64_t>();
    contract.Expect(a != p && labels[a].item<int64_t>() == labels[p].item<int64_t>(),
                    where + ": the positive is another sample of the anchor's identity");
    contract.Expect(labels[a].item<int64_t>() != labels[n].item<int64_t>(),
                    where + ": the negative is of another identity");
  }
}

std::vector<Tuples> Epoch(Contract& contract, Miner& miner, const at::Tensor& embeddings,
                          const at::Tensor& labels) {
  std::vector<Tuples> all;
  if (!contract.ExpectOk(miner.BeginEpoch(labels, 3), "it begins an epoch")) return all;
  const EmbedFunction embed = [&](const at::Tensor& indices) {
    return embeddings.index_select(0, indices);
  };
  bool done = false;
  for (int call = 0; !done && call < 1000; ++call) {
    auto tuples = miner.Next(5, embed, &done);
    if (!contract.ExpectOk(tuples.status(), "it goes on")) return all;
    CheckTuples(contract, *tuples, labels, "an epoch");
    all.push_back(*std::move(tuples));
  }
  contract.Expect(done, "an epoch ends");
  return all;
}

}  // namespace

void CheckMiner(Contract& contract) {
  const auto miner = contract.Make<Miner>();
  if (miner == nullptr) return;
  const at::Generator generator = at::detail::createCPUGenerator(13);
  const at::Tensor embeddings = at::randn({12, 5}, generator);
  const at::Tensor labels = at::arange(12, at::kLong).remainder(4);
  const at::Tensor one_class = at::zeros({12}, at::kLong);
  if (miner->scope() == MinerScope::kEpoch) {
    const auto tuples = Epoch(contract, *miner, embeddings, labels);
    const auto again = Epoch(contract, *contract.Make<Miner>(), embeddings, labels);
    contract.Expect(tuples.size() == again.size(), "equal seeds mine the same");
    for (size_t i = 0; i < tuples.size() && i < again.size(); ++i) {
      contract.Expect(at::equal(tuples[i].negatives, again[i].negatives),
                      "equal seeds mine the same");
    }
    for (const Tuples& lone : Epoch(contract, *miner, embeddings, one_class)) {
      contract.Expect(lone.anchors.numel() == 0, "one identity has no negatives");
    }
    return;
  }
  const auto tuples = miner->Mine(embeddings, labels, 3);
  if (!contract.ExpectOk(tuples.status(), "it mines a batch")) return;
  contract.Expect(tuples->kind == miner->makes(), "it makes what it says");
  CheckTuples(contract, *tuples, labels, "a batch");
  const auto lone = miner->Mine(embeddings, one_class, 3);
  contract.Expect(lone.ok() && (lone->kind != TupleKind::kTriplets || lone->anchors.numel() == 0),
                  "one identity has no negatives: nothing, and no error");
}

KindCheck MinerCheck() { return &CheckMiner; }

}  // namespace facet
