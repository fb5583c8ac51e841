// facet's side of peers/embedding.py: an epoch of a learned embedding W' or its first steps, again
// and again from one W' (turns.h). The script says what the work is and makes the FILE.
//
//   embedding FILE N D L STEPS PLUGINS
//
// FILE: descriptors [N, D] float, the W' to begin with [L, D] float, people [N] int32. PLUGINS: the
// folder with losses/ and miners/.
#include <ATen/ATen.h>

#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iostream>
#include <memory>
#include <numeric>
#include <string>
#include <vector>

#include "absl/strings/numbers.h"
#include "benchmarks/process_memory.h"
#include "benchmarks/turns.h"
#include "core/base/check.h"
#include "core/plugin/library.h"
#include "core/stages/project/learner.h"

namespace facet::bench {
namespace {

struct Sizes {
  int64_t images = 0, dimension = 0, embedded = 0, steps = 0;
};

template <class Kind>
std::unique_ptr<Kind> Make(const std::string& library, const std::string& name) {
  auto made = CreateComponent(library + "/lib" + name + ".so", Kind::kKind, name, "{}");
  if (!made.ok()) {
    std::cerr << made.status() << "\n";
    std::exit(1);
  }
  return std::unique_ptr<Kind>(static_cast<Kind*>(made->release()));
}

// An epoch's start with this W', as a checkpoint has it.
StoredTensors StateOf(std::vector<float> projection, const Sizes& sizes) {
  StoredTensors state;
  state.tensors["now/projection"] = {{sizes.embedded, sizes.dimension}, std::move(projection)};
  state.metadata["project.state"] = Dump({{"epochs", Json::array()},
                                          {"passed", 0},
                                          {"tuples", 0},
                                          {"skipped", 0},
                                          {"steps", 0},
                                          {"loss_sum", 0.0},
                                          {"next", ""}});
  return state;
}

// What a state says of the epoch so far.
Findings FoundBy(const TensorSources& state) {
  const Json json = *ParseJson(state.metadata.at("project.state"), "state");
  return {{"steps", json.at("steps")},
          {"tuples", json.at("tuples")},
          {"skipped", json.at("skipped")},
          {"loss", json.at("loss_sum").get<double>() / json.at("steps").get<double>()}};
}

Findings FoundBy(const Json& epoch) {
  return {
      {"tuples", epoch.at("tuples")}, {"skipped", epoch.at("skipped")}, {"loss", epoch.at("loss")}};
}

Findings Learn(const TrainingRows& rows, const at::Tensor& labels, const StoredTensors& state,
               const Sizes& sizes, const std::string& plugins) {
  ProjectSettings settings;
  settings.dimension = sizes.embedded;
  settings.epochs = 1;
  Findings found;
  int64_t step = 0;
  LearnerHooks hooks;
  hooks.progress = [](int64_t, const std::string&) {};
  hooks.pause = [&](absl::FunctionRef<TensorSources()> now) -> absl::Status {
    if (step++ < sizes.steps) return absl::OkStatus();
    found = FoundBy(now());
    return absl::CancelledError("enough");
  };
  const LearnerParts parts = {settings, rows, labels, labels.max().item<int64_t>() + 1, 1, "W'"};
  auto learner =
      Learner::Create(parts, Make<Loss>(plugins + "/losses", "triplet"),
                      Make<Miner>(plugins + "/miners", "random_violating"), std::move(hooks));
  FACET_CHECK(learner.ok());
  FACET_CHECK((*learner)->Resume(state).ok());
  const absl::Status status = (*learner)->Run();
  if (status.ok()) return FoundBy((*learner)->epochs().at(0));
  FACET_CHECK(absl::IsCancelled(status));
  return found;
}

int Run(const char* path, const Sizes& sizes, const std::string& plugins) {
  const double idle_mib = MemoryMib("VmRSS");
  std::ifstream file(path, std::ios::binary);
  auto descriptors = ReadValues<float>(file, sizes.images * sizes.dimension);
  const StoredTensors state =
      StateOf(ReadValues<float>(file, sizes.embedded * sizes.dimension), sizes);
  const auto people = ReadValues<int32_t>(file, sizes.images);
  std::vector<int64_t> all(people.size());
  std::iota(all.begin(), all.end(), 0);
  const TrainingRows rows(
      at::from_blob(descriptors.data(), {sizes.images, sizes.dimension}, at::kFloat), all, at::kCPU,
      kHeldOnCpu);
  const at::Tensor labels =
      at::tensor(at::ArrayRef<int32_t>(people.data(), people.size())).to(at::kLong);
  return TakeTurns(idle_mib, [&] { return Learn(rows, labels, state, sizes, plugins); });
}

}  // namespace
}  // namespace facet::bench

int main(int argc, char** argv) {
  facet::bench::Sizes sizes;
  if (argc != 7 || !absl::SimpleAtoi(argv[2], &sizes.images) ||
      !absl::SimpleAtoi(argv[3], &sizes.dimension) || !absl::SimpleAtoi(argv[4], &sizes.embedded) ||
      !absl::SimpleAtoi(argv[5], &sizes.steps)) {
    std::fprintf(stderr, "usage: embedding FILE N D L STEPS PLUGINS\n");
    return 2;
  }
  return facet::bench::Run(argv[1], sizes, argv[6]);
}
