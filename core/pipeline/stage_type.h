// What a stage is to the host: its name, its slots in a row, its ports, how it is planned from a
// row, and what of its artifact a report shows. Each stage is a folder of core/stages whose plan.cc
// returns one; core/stages/BUILD lists them from the bottom up.
//
// Ports are typed. A stage that needs faces asks the planner for kFaces of a row's branch, and gets
// the last stage of the list that makes them and applies to that row. A stage may ask for the type
// that it makes itself: it is given what the stages before it in the list make, so a new stage can
// step in between two others without either being edited.
#ifndef FACET_CORE_PIPELINE_STAGE_TYPE_H_
#define FACET_CORE_PIPELINE_STAGE_TYPE_H_

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "core/api/trait.h"
#include "core/config/experiment.h"
#include "core/config/layout.h"

namespace facet {

class Planner;
struct ComponentUse;
struct StageFindings;
struct StageSpec;
struct StoredFiles;

// What goes from one stage to others. Types are equal if their names are; core/records says which
// files each consists of.
struct PortType {
  const char* name;
};
inline bool operator==(const PortType& a, const PortType& b) {
  return std::string(a.name) == b.name;
}

inline constexpr PortType kSamples = {"samples"};          // a data set
inline constexpr PortType kFaces = {"faces"};              // detections
inline constexpr PortType kAlignerModel = {"model"};       // what an aligner learned
inline constexpr PortType kAlignments = {"alignments"};    // canonical crops of faces
inline constexpr PortType kCrops = {"crops"};              // packed pixels
inline constexpr PortType kNetwork = {"network"};          // a trained network
inline constexpr PortType kDescriptors = {"descriptors"};  // one vector per crop
inline constexpr PortType kProjection = {"projection"};    // W'
inline constexpr PortType kScores = {"scores"};            // log p(identity | face)
inline constexpr PortType kLeaks = {"leaks"};              // what both sets share
inline constexpr PortType kCuration = {"curation"};        // a data set in the making, its images
inline constexpr PortType kEvaluation = {"evaluation"};    // a row's result
inline constexpr PortType kSheet = {"sheet"};              // a picture for people
inline constexpr PortType kLayers = {"layers"};            // what a network is built of

// One input of a stage.
struct Port {
  std::string name;  // as run.cc knows it: context.InputFile("samples", ...)
  PortType type;
  bool optional = false;
};

// What a stage is planned for.
struct Demand {
  const Row& row;
  std::string branch;   // "train", "test", "landmarks"; empty: of the row as a whole
  int64_t size_px = 0;  // of crops; 0: as the row's settings say
};

// A component that `facet check` makes, so that options which contradict each other, or what else
// the row says, are found before a run.
struct Trial {
  std::string slot;                    // "train.schedule"
  Json surroundings = Json::object();  // core/app/component_trial.h
};

using HasTraitFunction = std::function<bool(const ComponentUse& use, Trait trait)>;

struct StageType {
  std::string name;     // "describe": the folder, StageSpec::type
  std::string summary;  // one line, for the documentation
  std::vector<Slot> slots;
  std::vector<MovedKey> moved;  // where these slots, or settings of them, were before
  std::vector<Port> inputs;
  PortType output = {""};

  // Whether the row has such a stage; null: every row.
  bool (*applies)(const Planner& planner, const Demand& demand) = nullptr;
  // Adds the stage, after what it needs, and returns its index in the graph. Null: rows have none.
  absl::StatusOr<int> (*plan)(Planner& planner, const Demand& demand) = nullptr;
  // What is tried of a row; null: nothing. It takes no time to make.
  std::vector<Trial> (*trials)(const Row& row) = nullptr;
  // A stage that is not part of a row: what people ask for. `settings` are the last slot's.
  absl::StatusOr<int> (*plan_request)(Planner& planner, const Row& row,
                                      const Json& settings) = nullptr;
  // What a report shows of the artifact; null: nothing but its counts and notices.
  absl::StatusOr<StageFindings> (*findings)(const StoredFiles& files) = nullptr;
  // What cannot go well with training data of so many images an identity; empty, or null: nothing
  // that is known before a run.
  std::string (*foresees)(const StageSpec& stage, const HasTraitFunction& has_trait,
                          const std::vector<int64_t>& images_of_identities) = nullptr;

  // For forecasts (forecast.h). The port whose input its time grows with, and the bytes of its
  // artifact where `artifact_grows` (weights do not); null: none.
  const char* grows_with = nullptr;
  bool artifact_grows = true;
  // Bytes of what it makes of so many images, where that is certain; null, or 0: it is not.
  int64_t (*least_bytes)(const StageSpec& stage, int64_t images) = nullptr;
};

}  // namespace facet

#endif  // FACET_CORE_PIPELINE_STAGE_TYPE_H_
