#include "core/stages/experiment_layout.h"

#include <utility>

#include "core/base/check.h"
#include "core/base/json.h"
#include "core/stages/settings.h"

namespace facet {
namespace {

std::vector<OptionSpec> Parse(const std::string& schema) {
  absl::StatusOr<std::vector<OptionSpec>> specs = ParseSchema(Json::parse(schema));
  FACET_CHECK(specs.ok());
  return *std::move(specs);
}

Slot ComponentSlot(std::string path, std::string kind, bool required, std::string doc) {
  Slot slot;
  slot.path = std::move(path);
  slot.kind = std::move(kind);
  slot.required = required;
  slot.doc = std::move(doc);
  return slot;
}

Slot RowSlot(std::string path, std::string doc) {
  Slot slot;
  slot.path = std::move(path);
  slot.fill = Slot::Fill::kRow;
  slot.doc = std::move(doc);
  return slot;
}

template <class Settings>
Slot SettingsSlot(std::string path, std::string doc) {
  Slot slot;
  slot.path = std::move(path);
  slot.fill = Slot::Fill::kSettings;
  slot.options = Parse(SchemaOf<Settings>());
  slot.doc = std::move(doc);
  return slot;
}

// The options of the row itself, each a slot of its own.
struct RowValues {
  int64_t seed = 1;
  std::string device = "cpu";
  std::string precision = "auto";
  int64_t threads = 0;
  void Visit(OptionVisitor& v) {
    v("seed", seed, AtLeast(0), "all randomness of the row; each stage derives its own from it");
    v("device", device, OneOf({"cpu", "cuda"}), "where networks run");
    v("precision", precision, OneOf({"auto", "float32", "bfloat16"}),
      "of training and describing; auto: bfloat16 where the processor multiplies it in hardware "
      "tiles (AMX), else float32");
    v("threads", threads, Range(0, 1024), "per stage; 0: all cores. Training's bits depend on it");
  }
};

}  // namespace

ExperimentLayout MakeExperimentLayout() {
  ExperimentLayout layout;
  for (OptionSpec& value : Parse(SchemaOf<RowValues>())) {
    Slot slot;
    slot.path = value.name;
    slot.fill = Slot::Fill::kValue;
    slot.doc = value.doc;
    slot.options = {std::move(value)};
    layout.slots.push_back(std::move(slot));
  }
  std::vector<Slot>& slots = layout.slots;
  slots.push_back(ComponentSlot("train.data", "dataset", false, "training images"));
  slots.push_back(ComponentSlot("train.detector", "detector", false, "finds their faces"));
  slots.push_back(ComponentSlot("train.aligner", "aligner", false, "frames them"));
  slots.push_back(SettingsSlot<FaceSettings>("train.faces", "image files and choice of face"));
  slots.push_back(SettingsSlot<HoldoutSettings>("train.holdout", "people who are left out"));
  slots.push_back(SettingsSlot<TrainCropSettings>("train.crops", "stored crops"));
  slots.push_back(ComponentSlot("train.architecture", "architecture", true, "the network"));
  // Evaluators of detectors and of aligners need no network; those of detectors no aligner.
  slots.back().not_required_with = {"detections", "landmarks", "curation"};
  slots.push_back(ComponentSlot("train.loss", "loss", false,
                                "absent: nothing is trained, the architecture only infers"));
  slots.push_back(ComponentSlot("train.miner", "miner", false, "tuples for the loss"));
  slots.push_back(SettingsSlot<AugmentSettings>("train.augment", "variation at every visit"));
  slots.push_back(SettingsSlot<OptimizerSettings>("train.optimizer", "optimiser and schedule"));
  slots.push_back(SettingsSlot<SamplerSettings>("train.sampler", "what a batch is made of"));
  slots.push_back(
      SettingsSlot<MemorySettings>("train.memory", "past embeddings beside those of a batch"));
  slots.push_back(SettingsSlot<WeightSettings>("train.weights", "a network from elsewhere"));
  slots.push_back(RowSlot("train.start_from",
                          "row whose network's layers are copied where name and shape agree"));
  slots.push_back(ComponentSlot("test.data", "dataset", true, "test images and protocol"));
  slots.back().not_required_with = {"curation"};
  slots.push_back(ComponentSlot("test.detector", "detector", true, "finds their faces"));
  slots.back().not_required_with = {"curation"};
  slots.push_back(ComponentSlot("test.aligner", "aligner", true, "frames them"));
  slots.back().not_required_with = {"detections", "curation"};
  slots.push_back(SettingsSlot<FaceSettings>("test.faces", "image files and choice of face"));
  slots.push_back(SettingsSlot<TestCropSettings>("test.crops", "views that are averaged"));
  slots.push_back(ComponentSlot("test.evaluator", "evaluator", true, "scores the protocol"));
  for (Slot slot : {SettingsSlot<EmbedSettings>("embed", "learned projection W'"),
                    ComponentSlot("embed.loss", "loss", true, "of the projection"),
                    ComponentSlot("embed.miner", "miner", true, "tuples for it")}) {
    slot.optional_group = "embed";
    slots.push_back(std::move(slot));
  }
  Slot leaks = SettingsSlot<LeakSettings>("leaks", "is the test set in the training set?");
  leaks.optional_group = "leaks";
  slots.push_back(std::move(leaks));
  for (Slot slot :
       {ComponentSlot("landmarks.data", "dataset", true,
                      "faces with landmarks, from which the row's aligners learn"),
        ComponentSlot("landmarks.detector", "detector", true, "finds them, as in the row's images"),
        SettingsSlot<FaceSettings>("landmarks.faces", "image files and choice of face")}) {
    slot.optional_group = "landmarks";
    slots.push_back(std::move(slot));
  }
  slots.push_back(ComponentSlot("curation.curator", "curator", false,
                                "one stage of building the data set that the row trains on"));
  slots.push_back(RowSlot("curation.from", "row whose manifest and images it goes on with"));
  slots.push_back(RowSlot("curation.scores", "row whose trained network ranks its images"));
  slots.push_back(SettingsSlot<CurationCropSettings>("curation.crops", "faces for the curator"));
  return layout;
}

}  // namespace facet
