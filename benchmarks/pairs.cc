// facet's side of peers/pairs.py: a miner, a loss over pairs or triplets, and the gradient of a
// batch's embeddings, again and again (turns.h).
//
//   pairs WORK SIZE FILE PLUGINS
//
// WORK: a name of kWorks, in the form in which pytorch-metric-learning has it, or "products": what
// the matrix products of one work take (of embeddings with all of them, and of a gradient with the
// embeddings from both sides). FILE: float32 [., 512], of which the first SIZE rows are the batch,
// four of each identity. PLUGINS: the folder with losses/ and miners/.
#include <ATen/ATen.h>

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <functional>
#include <iostream>
#include <map>
#include <memory>
#include <string>
#include <thread>

#include "benchmarks/process_memory.h"
#include "benchmarks/turns.h"
#include "core/base/check.h"
#include "core/plugin/library.h"
#include "core/training/reduce.h"
#include "core/training/tensors.h"
#include "core/training/tuples.h"

namespace facet::bench {
namespace {

constexpr int64_t kDimension = 512, kImagesOfEach = 4, kFew = 8;

struct Work {
  std::string loss, loss_options, miner, miner_options;
};

const std::map<std::string, Work> kWorks = {
    {"batch_hard",
     {"triplet", R"({"distance": "l2", "normalize": true, "reduction": "mean_nonzero"})",
      "batch_hard", R"({"normalize": true})"}},
    {"contrastive",
     {"contrastive", R"({"squared": false, "normalize": true, "reduction": "mean_nonzero"})", "",
      ""}},
    {"multi_similarity", {"multi_similarity", "{}", "multi_similarity", "{}"}},
    {"triplet",
     {"triplet", R"({"distance": "l2", "normalize": true, "reduction": "mean_nonzero"})", "", ""}},
    {"ntxent", {"ntxent", "{}", "", ""}},
    {"supcon", {"supcon", "{}", "", ""}},
};

template <class Kind>
std::unique_ptr<Kind> Make(const std::string& folder, const std::string& name,
                           const std::string& options) {
  const std::string library = folder + "/lib" + name + ".so";
  auto made = CreateComponent(library, Kind::kKind, name, options);
  if (!made.ok()) {
    std::cerr << made.status() << "\n";
    std::exit(1);
  }
  return std::unique_ptr<Kind>(static_cast<Kind*>(made->release()));
}

at::Tensor ReadRows(const std::string& path, int64_t size) {
  at::Tensor rows = at::empty({size, kDimension});
  std::ifstream file(path, std::ios::binary);
  const auto bytes = static_cast<std::streamsize>(rows.nbytes());
  if (!file.read(reinterpret_cast<char*>(rows.data_ptr<float>()), bytes)) {
    std::cerr << path << " has not " << size << " rows\n";
    std::exit(1);
  }
  return rows;
}

Findings Step(Miner* miner, Loss& loss, const at::Tensor& rows, const at::Tensor& labels) {
  const at::Tensor embeddings = rows.detach().set_requires_grad(true);
  LossInput input = {embeddings, labels, nullptr};
  Tuples tuples;
  if (miner != nullptr) {
    auto mined = miner->Mine(rows, labels, /*seed=*/1);
    FACET_CHECK(mined.ok());
    tuples = ConvertTuples(*mined, loss.takes());
    input.tuples = &tuples;
  }
  const auto groups = loss.Compute(input);
  FACET_CHECK(groups.ok());
  const auto value = ReduceGroups(*groups);
  FACET_CHECK(value.ok());
  value->backward();
  Findings findings = {{"loss", value->item<double>()},
                       {"gradient", embeddings.grad().norm().item<double>()}};
  if (miner != nullptr) findings.emplace_back("tuples", NumTuples(tuples));
  return findings;
}

Findings Products(const at::Tensor& rows, const at::Tensor& gradient) {
  const at::Tensor product = rows.mm(rows.t());
  const at::Tensor sides = gradient.mm(rows) + gradient.t().mm(rows);
  return {{"sum", product[0][0].item<double>() + sides[0][0].item<double>()}};
}

// An idle process has done all of it on a few rows: what it has loaded is no memory of the work.
int TakeTurnsWith(const at::Tensor& rows, const std::function<Findings(const at::Tensor&)>& work) {
  work(rows.narrow(0, 0, std::min(kFew, rows.size(0))).clone());
  return TakeTurns(MemoryMib("VmRSS"), [&] { return work(rows); });
}

int Run(const std::string& name, int64_t size, const std::string& file,
        const std::string& plugins) {
  const auto threads = static_cast<int>(std::thread::hardware_concurrency());
  FACET_CHECK(PrepareTorch("cpu", "float32", threads).ok());  // as stages begin
  const at::Tensor rows = ReadRows(file, size);
  const at::Tensor labels = at::arange(size, at::kLong).floor_divide(kImagesOfEach);
  if (name == "products") {
    const at::Tensor gradient = at::ones({size, size});
    return TakeTurnsWith(rows, [&](const at::Tensor& of) {
      const int64_t count = of.size(0);
      return Products(of, gradient.narrow(0, 0, count).narrow(1, 0, count));
    });
  }
  const Work& work = kWorks.at(name);
  const auto loss = Make<Loss>(plugins + "/losses", work.loss, work.loss_options);
  FACET_CHECK(loss->Initialize(kDimension, size, 1).ok());
  std::unique_ptr<Miner> miner;
  if (!work.miner.empty()) {
    miner = Make<Miner>(plugins + "/miners", work.miner, work.miner_options);
  }
  return TakeTurnsWith(rows, [&](const at::Tensor& of) {
    return Step(miner.get(), *loss, of, labels.narrow(0, 0, of.size(0)));
  });
}

}  // namespace
}  // namespace facet::bench

int main(int argc, char** argv) {
  if (argc != 5) {
    std::cerr << "usage: pairs WORK SIZE FILE PLUGINS\n";
    return 2;
  }
  return facet::bench::Run(argv[1], std::stoll(argv[2]), argv[3], argv[4]);
}
