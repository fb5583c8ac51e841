// Components that exist by their description alone, and rows made of them: what tests of the
// planner need.
#ifndef FACET_CORE_STAGES_PLANNER_TESTING_H_
#define FACET_CORE_STAGES_PLANNER_TESTING_H_

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <map>
#include <set>
#include <string>
#include <tuple>
#include <vector>

#include "core/api/component.h"
#include "core/base/hash.h"
#include "core/pipeline/experiment_layout.h"
#include "core/pipeline/planner.h"
#include "core/stages/stage_types.h"

namespace facet {

// A folder of plugins without code.
inline Catalogue MakeCatalogue() {
  namespace fs = std::filesystem;
  const Json root = {{"name", "root"},
                     {"type", "string"},
                     {"doc", "images"},
                     {"default", ""},
                     {"role", "input_directory"}};
  const Json model = {{"name", "model"},
                      {"type", "string"},
                      {"doc", "network"},
                      {"default", ""},
                      {"role", "input_file"}};
  Json file = model, folder = root, models = model;
  models["name"] = "models";
  models["type"] = "string_list";
  models["default"] = Json::array();
  file["name"] = "file";
  folder["name"] = "folder";
  folder["role"] = "kept_folder";
  const std::map<std::string, std::string> traits = {{"ert", "trainable"},
                                                     {"pixels", "fixed"},
                                                     {"detection", "detections"},
                                                     {"landmarks", "landmarks"},
                                                     {"identification", "identities"},
                                                     {"manifest", "curation"},
                                                     {"curation", "curation"},
                                                     {"collect", "images"},
                                                     {"purify", "faces"},
                                                     {"annotate", "scores"}};
  const std::vector<std::tuple<std::string, std::string, Json>> components = {
      {"dataset", "vggface", Json::array({root})},
      {"dataset", "lfw", Json::array({root})},
      {"detector", "given", Json::array()},
      {"detector", "yunet", Json::array({model})},
      {"detector", "dpm", Json::array({models})},
      {"aligner", "none", Json::array()},
      {"aligner", "eyes", Json::array()},
      {"architecture", "vgg", Json::array()},
      {"architecture", "pixels", Json::array()},
      {"loss", "softmax", Json::array()},
      {"loss", "triplet", Json::array()},
      {"miner", "random_violating", Json::array()},
      {"optimizer", "sgd", Json::array()},
      {"schedule", "plateau", Json::array()},
      {"sampler", "random", Json::array()},
      {"augmentation", "crop", Json::array()},
      {"augmentation", "flip", Json::array()},
      {"evaluator", "verification", Json::array()},
      {"evaluator", "detection", Json::array()},
      {"evaluator", "landmarks", Json::array()},
      {"evaluator", "identification", Json::array()},
      {"aligner", "ert", Json::array({model})},
      {"dataset", "manifest", Json::array({file})},
      {"curator", "collect", Json::array({folder})},
      {"curator", "purify", Json::array()},
      {"curator", "deduplicate", Json::array()},
      {"curator", "annotate", Json::array()},
      {"evaluator", "curation", Json::array()}};
  const fs::path plugins = fs::path(testing::TempDir()) / "planner_plugins";
  fs::create_directories(plugins);
  for (const auto& [kind, name, options] : components) {
    const auto trait = traits.find(name);
    const Json own_traits = trait == traits.end() ? Json::array() : Json::array({trait->second});
    const std::string base = (plugins / ("lib" + kind + name)).string();
    std::ofstream(base + ".so") << kind << name;
    std::ofstream(base + ".schema.json")
        << Dump({{"digest", Sha256Hex(kind + name)},
                 {"interface_version", kInterfaceVersion},
                 {"calls", Json::array()},
                 {"fingerprint", FACET_FINGERPRINT},
                 {"components", Json::array({{{"kind", kind},
                                              {"name", name},
                                              {"summary", ""},
                                              {"paper", ""},
                                              {"traits", own_traits},
                                              {"options", options}}})}});
  }
  return Catalogue::Scan({plugins.string()}, [](const std::string& path) {
    return absl::StatusOr<std::string>(absl::InternalError("no schema beside " + path));
  });
}

inline Json Defaults(const Slot& slot) {
  Json json = Json::object();
  for (const OptionSpec& option : slot.options) json[option.name] = option.default_value;
  return json;
}

// A row with the settings' defaults.
inline Row MakeRow(const std::string& id) {
  Row row;
  row.id = id;
  for (const Slot& slot : MakeExperimentLayout(AllStageTypes()).slots) {
    if (!slot.optional_group.empty() || slot.path.find('*') != std::string::npos) continue;
    if (!slot.default_use.empty()) row.slots[slot.path] = {{"use", slot.default_use}};
    if (slot.fill == Slot::Fill::kSettings) row.slots[slot.path] = Defaults(slot);
    if (slot.fill == Slot::Fill::kValue) row.slots[slot.path] = slot.options[0].default_value;
  }
  row.order["train.augmentation"] = {"crop", "flip"};
  for (const std::string& name : row.order["train.augmentation"]) {
    row.slots["train.augmentation." + name] = {{"use", name}};
  }
  row.slots["train.data"] = {{"use", "vggface"}, {"root", "/data/vggface"}, {"snapshot", "full"}};
  row.slots["train.detector"] = {{"use", "given"}};
  row.slots["train.aligner"] = {{"use", "none"}};
  row.slots["train.architecture"] = {{"use", "vgg"}, {"config", "A"}};
  row.slots["train.loss"] = {{"use", "softmax"}};
  row.slots["test.data"] = {{"use", "lfw"}, {"root", "/data/lfw"}};
  row.slots["test.detector"] = {{"use", "yunet"}, {"model", "/data/yunet.onnx"}};
  row.slots["test.aligner"] = {{"use", "none"}};
  row.slots["test.evaluator"] = {{"use", "verification"}};
  return row;
}

class PlannerTest : public testing::Test {
 protected:
  absl::StatusOr<RowPlan> TryPlan(const Experiment& experiment,
                                  const std::set<std::string>& ids = {}) {
    std::vector<const Row*> rows;
    for (const Row& row : experiment.rows) {
      if (ids.empty() || ids.count(row.id) > 0) rows.push_back(&row);
    }
    return PlanExperiment(experiment, rows, AllStageTypes(), catalogue_, machine_);
  }
  StageGraph Plan(const Experiment& experiment, const std::set<std::string>& ids = {}) {
    absl::StatusOr<RowPlan> plan = TryPlan(experiment, ids);
    EXPECT_TRUE(plan.ok()) << plan.status();
    plan_ = std::move(plan).value_or(RowPlan());
    return plan_.graph;
  }
  static std::vector<const StageSpec*> OfType(const StageGraph& graph, const std::string& type) {
    std::vector<const StageSpec*> stages;
    for (const StageSpec& stage : graph.stages) {
      if (stage.type == type) stages.push_back(&stage);
    }
    return stages;
  }
  static const StageSpec& Input(const StageGraph& graph, const StageSpec& stage, const char* port) {
    return graph.stages[static_cast<size_t>(stage.inputs.at(port))];
  }

  Catalogue catalogue_ = MakeCatalogue();
  Machine machine_ = {4, false};
  RowPlan plan_;  // the last one of Plan()
};

}  // namespace facet

#endif  // FACET_CORE_STAGES_PLANNER_TESTING_H_
