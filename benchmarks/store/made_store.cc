#include "benchmarks/store/made_store.h"

#include <chrono>
#include <filesystem>
#include <fstream>
#include <map>
#include <thread>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "core/base/file.h"
#include "core/base/hash.h"

namespace facet {
namespace {

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

}  // namespace

const KeyEnvironment& MadeEnvironment() {
  static const auto* const environment = [] {
    auto* made = new KeyEnvironment;
    for (const char* const type : {"dataset", "detect", "pack", "train", "describe", "evaluate"}) {
      made->stage_code[type] = Sha256Hex(type);
    }
    return made;
  }();
  return *environment;
}

StageGraph MadeSweep(int num_rows, int first) {
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
  std::filesystem::create_directories(FolderOf(path));
  std::ofstream(path, std::ios::binary) << text;
}

void FillStore(const Store& store, const StageGraph& graph) {
  std::vector<std::string> contents;
  for (const StageSpec& stage : graph.stages) {
    std::map<std::string, std::string> inputs;
    for (const auto& [port, producer] : stage.inputs) {
      inputs[port] = contents[static_cast<size_t>(producer)];
    }
    StageKey key = ComputeKey(stage, inputs, {}, MadeEnvironment());
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

void WaitUntilOld() { std::this_thread::sleep_for(std::chrono::milliseconds(1100)); }

}  // namespace facet
