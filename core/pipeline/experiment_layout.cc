#include "core/pipeline/experiment_layout.h"

#include <cstdint>
#include <string>
#include <utility>

#include "core/api/options.h"
#include "core/pipeline/slots.h"

namespace facet {
namespace {

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
    v("threads", threads, Range(0, 1024), "per stage; 0: all cores. Networks' bits depend on it");
  }
};

// Of each of its stages.
struct LimitValues {
  double memory_gib = 0.0;
  double hours = 0.0;
  void Visit(OptionVisitor& v) {
    v("memory_gib", memory_gib, AtLeast(0),
      "that a stage's worker may hold [GiB]; beyond it the stage fails. 0: what the machine has, "
      "but "
      "for the last of it");
    v("hours", hours, AtLeast(0),
      "that one run of a stage may take [h]; beyond it the stage writes its checkpoint and fails. "
      "0: no limit");
  }
};

}  // namespace

ExperimentLayout MakeExperimentLayout(const std::vector<StageType>& stages) {
  ExperimentLayout layout;
  layout.seed = "seed";
  for (OptionSpec& value : OptionsOfSchema(SchemaOf<RowValues>())) {
    Slot slot;
    slot.path = value.name;
    slot.fill = Slot::Fill::kValue;
    slot.doc = value.doc;
    slot.options = {std::move(value)};
    layout.slots.push_back(std::move(slot));
  }
  layout.slots.push_back(SettingsSlot<LimitValues>(
      "limits", "what a stage may take of the machine; no limit changes a result"));
  for (const StageType& stage : stages) {
    layout.slots.insert(layout.slots.end(), stage.slots.begin(), stage.slots.end());
    layout.moved.insert(layout.moved.end(), stage.moved.begin(), stage.moved.end());
  }
  return layout;
}

}  // namespace facet
