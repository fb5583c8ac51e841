// What looking after results costs: planning a large sweep, checking a folder of images again,
// keeping a stage's result.
//
//   bazel build //benchmarks/store
//   [TMPDIR=folder on the disk in question] bazel-bin/benchmarks/store/store [--benchmark_filter=Plan]
//
//   Plan/rows:R/entries:E/cached:C  PlanStages() of R rows in a store of E entries, as a new process does
//             it. The rows share data set, detection and crops, and each has a training, descriptors
//             and an evaluation of its own: C:0, these are new and the nearest entry is looked for;
//             C:1, all are stored. `read`: entries whose artifact was read.
//   Index/entries:E  the first look at a store whose index is missing
//   Recheck/files:N  InputDigests::Digest() of a folder of N small files that are known. `hashed`: files
//             whose content was read
//   Stage/files:N    lock, working folder, checkpoint folder and commit of a stage with N small files
//   Sync      one small file written, synced and renamed, and its folder synced: what the disk
//             takes of a commit, which does this for each file and for the artifact
//
// Stores are made in TMPDIR, without syncs, and removed. CPU is that of the process. Figures are of
// a warm page cache. Run it with `strace -c -f` to count system calls.
#include "core/graph/store.h"

#include <benchmark/benchmark.h>

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "benchmarks/store/made_store.h"
#include "core/base/file.h"
#include "core/base/hash.h"
#include "core/base/scratch_folder.h"
#include "core/graph/run_plan.h"

namespace facet {
namespace {

namespace fs = std::filesystem;

void Require(const absl::Status& status) {
  if (status.ok()) return;
  std::fprintf(stderr, "store: %s\n", std::string(status.message()).c_str());
  std::exit(1);
}

template <class T>
T Require(absl::StatusOr<T> made) {
  Require(made.status());
  return std::move(made).value();
}

void BM_Plan(benchmark::State& state) {
  const auto num_rows = static_cast<int>(state.range(0));
  const auto num_entries = static_cast<int>(state.range(1));
  const auto scratch = Require(ScratchFolder::Create());
  {
    const auto store = Require(Store::Open(scratch->path()));
    FillStore(*store, MadeSweep((num_entries - 3) / 3, 0));
  }
  WaitUntilOld();
  const StageGraph graph = MadeSweep(num_rows, state.range(2) == 1 ? 0 : 1000000);
  int64_t num_read = 0, num_hashed = 0, num_cached = 0;
  const auto plan = [&] {
    const auto store = Require(Store::Open(scratch->path()));
    InputDigests digests(store->index_path());
    const std::vector<PlannedStage> planned =
        PlanStages(graph, MadeEnvironment(), *store, digests, {});
    num_cached = 0;
    for (const PlannedStage& stage : planned) {
      num_cached += stage.state == PlannedStage::State::kCached ? 1 : 0;
    }
    num_read = store->index().num_read();
    num_hashed = digests.num_hashed();
  };
  plan();  // which remembers
  for (auto _ : state) plan();
  state.counters["read"] = static_cast<double>(num_read);
  state.counters["hashed"] = static_cast<double>(num_hashed);
  state.counters["cached"] = static_cast<double>(num_cached);
}
BENCHMARK(BM_Plan)
    ->ArgNames({"rows", "entries", "cached"})
    ->ArgsProduct({{1000}, {10000}, {0, 1}})
    ->Args({10, 100, 0})
    ->Args({10, 100, 1})
    ->Unit(benchmark::kMillisecond)
    ->MeasureProcessCPUTime()
    ->UseRealTime();

void BM_Index(benchmark::State& state) {
  const auto scratch = Require(ScratchFolder::Create());
  {
    const auto store = Require(Store::Open(scratch->path()));
    FillStore(*store, MadeSweep(static_cast<int>(state.range(0) - 3) / 3, 0));
  }
  WaitUntilOld();
  for (auto _ : state) {
    state.PauseTiming();
    fs::remove(scratch->path() + "/cache/v1/entries.sqlite");
    state.ResumeTiming();
    const auto store = Require(Store::Open(scratch->path()));
    benchmark::DoNotOptimize(store->index().Entries().size());
  }
}
BENCHMARK(BM_Index)
    ->ArgName("entries")
    ->Arg(100)
    ->Arg(10000)
    ->Unit(benchmark::kMillisecond)
    ->MeasureProcessCPUTime()
    ->UseRealTime();

void BM_Recheck(benchmark::State& state) {
  const auto scratch = Require(ScratchFolder::Create());
  const std::string images = scratch->File("images");
  for (int64_t i = 0; i < state.range(0); ++i) {
    WriteUnsynced(absl::StrCat(images, "/identity_", i / 100, "/image_", i, ".jpg"),
                  absl::StrCat("image ", i));
  }
  WaitUntilOld();
  const ExternalInput folder = {"data.root", images, true, false, {"*/*.jpg"}};
  const std::string index = scratch->File("index.sqlite");
  const std::string first = Require(InputDigests(index).Digest(folder));
  int64_t num_hashed = 0;
  for (auto _ : state) {
    InputDigests digests(index);
    if (Require(digests.Digest(folder)) != first) state.SkipWithError("another digest");
    num_hashed = digests.num_hashed();
  }
  state.counters["hashed"] = static_cast<double>(num_hashed);
  state.SetItemsProcessed(state.iterations() * state.range(0));
}
BENCHMARK(BM_Recheck)
    ->ArgName("files")
    ->Arg(1000)
    ->Arg(100000)
    ->Unit(benchmark::kMillisecond)
    ->MeasureProcessCPUTime()
    ->UseRealTime();

void BM_Stage(benchmark::State& state) {
  const auto scratch = Require(ScratchFolder::Create());
  const auto store = Require(Store::Open(scratch->path()));
  InputDigests digests(store->index_path());
  int number = 0;
  for (auto _ : state) {
    Artifact artifact;
    artifact.key = Sha256Hex(std::to_string(++number));
    artifact.type = artifact.name = "train";
    artifact.key_document = {{"stage", "train"}};
    if (store->Find(artifact.key, &digests)) state.SkipWithError("is there already");
    std::string holder;
    const auto lock = Require(store->TryLock(artifact.key, &holder));
    const std::string work = Require(store->MakeWorkFolder(artifact.key));
    Require(store->CheckpointFolder(artifact.key).status());
    for (int64_t i = 0; i < state.range(0); ++i) {
      WriteUnsynced(absl::StrCat(work, "/out/", i), absl::StrCat(number, " ", i));
    }
    Require(store->Commit(work + "/out", &artifact, &digests));
    RemoveFolder(work);
  }
}
BENCHMARK(BM_Stage)
    ->ArgName("files")
    ->Arg(1)
    ->Arg(4)
    ->Unit(benchmark::kMillisecond)
    ->MeasureProcessCPUTime()
    ->UseRealTime();

void BM_Sync(benchmark::State& state) {
  const auto scratch = Require(ScratchFolder::Create());
  int number = 0;
  for (auto _ : state) {
    Require(WriteFileAtomically(scratch->File(std::to_string(++number)), "small"));
  }
}
BENCHMARK(BM_Sync)->Unit(benchmark::kMillisecond)->MeasureProcessCPUTime()->UseRealTime();

}  // namespace
}  // namespace facet

BENCHMARK_MAIN();
