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

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
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

const KeyEnvironment& Environment() {
  static const auto* const environment = [] {
    auto* made = new KeyEnvironment;
    for (const char* const type : {"dataset", "detect", "pack", "train", "describe", "evaluate"}) {
      made->stage_code[type] = Sha256Hex(type);
    }
    return made;
  }();
  return *environment;
}

// As many options as a training has.
StageSpec Stage(const std::string& type, int number, std::map<std::string, int> inputs) {
  StageSpec stage;
  stage.type = type;
  stage.name = absl::StrCat("test.", type);
  stage.inputs = std::move(inputs);
  stage.settings["number"] = number;
  for (const char* const role : {"loss", "optimizer", "schedule", "sampler"}) {
    ComponentUse use;
    use.kind = role;
    use.name = absl::StrCat("a_", role);
    use.library_digest = Sha256Hex(role);
    for (int i = 0; i < 6; ++i) use.options[absl::StrCat("option_", i)] = i * 0.25;
    stage.components[role] = std::move(use);
  }
  stage.uses_seed = true;
  stage.seed = 1;
  stage.device = "cpu";
  stage.precision = "float32";
  return stage;
}

// `first`: number of the first row; others have other keys.
StageGraph Sweep(int num_rows, int first) {
  StageGraph graph;
  graph.stages = {Stage("dataset", 0, {}), Stage("detect", 0, {{"samples", 0}}),
                  Stage("pack", 0, {{"faces", 1}})};
  for (int row = first; row < first + num_rows; ++row) {
    const int train = static_cast<int>(graph.stages.size());
    graph.stages.push_back(Stage("train", row, {{"crops", 2}}));
    graph.stages.push_back(Stage("describe", row, {{"model", train}, {"crops", 2}}));
    graph.stages.push_back(Stage("evaluate", row, {{"descriptors", train + 1}}));
    for (int i = train; i < train + 3; ++i) {
      graph.stages[static_cast<size_t>(i)].users = {absl::StrCat("row", row)};
    }
  }
  return graph;
}

void WriteUnsynced(const std::string& path, const std::string& text) {
  fs::create_directories(FolderOf(path));
  std::ofstream(path, std::ios::binary) << text;
}

// Entries of all stages of the graph, of two small files each.
void Fill(const Store& store, const StageGraph& graph) {
  std::vector<std::string> contents;
  for (const StageSpec& stage : graph.stages) {
    std::map<std::string, std::string> inputs;
    for (const auto& [port, producer] : stage.inputs) {
      inputs[port] = contents[static_cast<size_t>(producer)];
    }
    StageKey key = ComputeKey(stage, inputs, {}, Environment());
    Artifact artifact;
    artifact.key = key.digest;
    artifact.type = stage.type;
    artifact.name = stage.name;
    artifact.provenance = {{"seconds", 12.5}, {"peak_rss_mib", 300}, {"cpu", "a processor"}};
    for (const char* const name : {"data.bin", "list.jsonl"}) {
      const std::string text = absl::StrCat(name, " of ", key.digest);
      artifact.files.push_back({name, Sha256Hex(text), static_cast<int64_t>(text.size())});
      WriteUnsynced(store.BlobPath(artifact.files.back().digest), text);
    }
    artifact.key_document = std::move(key.document);
    contents.push_back(artifact.ContentDigest());
    WriteUnsynced(store.EntryFolder(artifact.key) + "/artifact.json", SealedArtifact(artifact));
  }
}

// What changed within the last second is not remembered.
void WaitUntilOld() { std::this_thread::sleep_for(std::chrono::milliseconds(1100)); }

void BM_Plan(benchmark::State& state) {
  const auto num_rows = static_cast<int>(state.range(0));
  const auto num_entries = static_cast<int>(state.range(1));
  const auto scratch = Require(ScratchFolder::Create());
  {
    const auto store = Require(Store::Open(scratch->path()));
    Fill(*store, Sweep((num_entries - 3) / 3, 0));
  }
  WaitUntilOld();
  const StageGraph graph = Sweep(num_rows, state.range(2) == 1 ? 0 : 1000000);
  int64_t num_read = 0, num_hashed = 0, num_cached = 0;
  const auto plan = [&] {
    const auto store = Require(Store::Open(scratch->path()));
    InputDigests digests(store->index_path());
    const std::vector<PlannedStage> planned = PlanStages(graph, Environment(), *store, digests, {});
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
    Fill(*store, Sweep(static_cast<int>(state.range(0) - 3) / 3, 0));
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
