#include <string>

#include "core/base/status.h"
#include "core/pipeline/planner.h"
#include "core/pipeline/slots.h"
#include "core/stages/pack/pack.h"
#include "core/stages/pack/settings.h"

namespace facet {
namespace {

// Where the row says how large the crops are.
std::string SizeSlot(const Demand& demand, const Json& crops) {
  if (demand.branch == "test") return "test.crops.scales";
  const bool own = demand.size_px == 0 || demand.size_px == crops.value("size_px", int64_t{0});
  return own ? demand.branch + ".crops.size_px" : "curation.crops.size_px";
}

absl::StatusOr<int> Plan(Planner& planner, const Demand& demand) {
  StageSpec pack = NewStage("pack", demand.branch + ".pack");
  FACET_ASSIGN_OR_RETURN(pack.inputs["samples"], planner.Make(kSamples, demand));
  FACET_ASSIGN_OR_RETURN(pack.inputs["alignments"], planner.Make(kAlignments, demand));
  FACET_RETURN_IF_ERROR(planner.AddImageSource(demand, &pack));
  pack.shares = {"samples"};
  const Json crops = Planner::Settings(demand.row, demand.branch + ".crops");
  pack.settings = Planner::ImageLimit(demand.row, demand.branch);
  pack.settings["size_px"] =
      demand.size_px > 0 ? demand.size_px : crops.value("size_px", int64_t{0});
  for (const char* option : {"encoding", "jpeg_quality"}) {
    if (crops.contains(option)) pack.settings[option] = crops[option];
  }
  planner.SaidAt("settings", demand.branch + ".crops");
  planner.SaidAt("settings.max_megapixels", demand.branch + ".faces.max_megapixels");
  planner.SaidAt("settings.size_px", SizeSlot(demand, crops));
  pack.libraries = {"opencv"};
  return planner.Add(std::move(pack), demand.row);
}

// A crop is at least a square of its shorter side; how well a JPEG compresses is not known.
int64_t LeastBytes(const StageSpec& stage, int64_t images) {
  if (stage.settings.value("encoding", "") != "raw") return 0;
  const int64_t size_px = stage.settings.at("size_px").get<int64_t>();
  return images * size_px * size_px * 3;
}

}  // namespace

StageType PackStage() {
  StageType type;
  type.name = "pack";
  type.summary = "stores every face's crop in one file";
  type.slots = {SettingsSlot<TrainCropSettings>("train.crops", "stored crops")};
  type.inputs = {
      {"samples", kSamples}, {"alignments", kAlignments}, {"samples.images", kCuration, true}};
  type.output = kCrops;
  type.grows_with = "alignments";
  type.least_bytes = &LeastBytes;
  type.plan = &Plan;
  return type;
}

}  // namespace facet
