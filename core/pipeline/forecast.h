// What a run will take of disk, memory and time, as far as it can be known before it: from what
// like stages took, whose artifacts are in the store.
//
// Like is a stage of the same type, components, options, settings, device and precision; its code
// and its inputs may be others. Bytes and seconds are scaled by how much larger the input is that
// they grow with (StageType::grows_with), memory is not. Where several are alike, the one whose
// input is nearest in size counts. Where the input has yet to be made, its own forecast is its
// size; without one nothing is known of what grows with it.
//
// Where no like stage was ever run, crops that are stored raw are known all the same, as soon as
// their images are counted (StageType::least_bytes); of the rest nothing is said.
#ifndef FACET_CORE_PIPELINE_FORECAST_H_
#define FACET_CORE_PIPELINE_FORECAST_H_

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "core/graph/run_plan.h"
#include "core/graph/store.h"
#include "core/pipeline/row_plan.h"

namespace facet {

struct Forecast {
  int num_stages = 0;             // to compute
  int num_known = 0;              // of which something is known
  double bytes = 0;               // of their artifacts
  double memory_bytes = 0;        // of as many as run at once, the largest; 0: of none is it known
  double seconds = 0;             // one after another; 0: not known of each, of this processor
  std::set<std::string> unknown;  // types of those of which nothing is known
};

class Forecaster {
 public:
  // Both outlive it. `cpu`: the model whose times count (Artifact::provenance).
  Forecaster(const RowPlan& plan, const Store& store, std::string cpu);

  // `planned` has a state for each stage of the plan's graph; `jobs` stages run at once.
  Forecast Of(const std::vector<PlannedStage>& planned, int jobs);

 private:
  struct Size {
    std::optional<double> bytes;    // of an artifact
    std::optional<int64_t> images;  // of the data set that it comes from
  };
  struct Stage {
    std::optional<double> bytes, memory_bytes, seconds;
  };

  const std::string& LikenessOf(const PlannedStage& planned, const std::string& type);
  std::optional<double> PastInput(const StoredEntry& past, const char* port);
  // `grows`: with an input, of so many bytes.
  Stage Like(const PlannedStage& planned, const StageType& type, bool grows,
             std::optional<double> input);
  Stage Scaled(const std::vector<const StoredEntry*>& alike, const StageType& type, bool grows,
               std::optional<double> input);
  // Of as many stages as run at once, none of which waits for another.
  double LargestTogether(const std::vector<Stage>& stages, int jobs) const;
  std::optional<int64_t> ImagesIn(const Artifact& artifact);

  const RowPlan& plan_;
  const Store& store_;
  const std::string cpu_;
  // Of a stage of each type the last one that was asked of, and its likeness.
  std::map<std::string, std::pair<const Json*, std::string>> likeness_;
  // By stage type, likeness, and what its size is reckoned from.
  std::map<std::tuple<std::string, std::string, bool, std::optional<double>>, Stage> known_;
  std::map<std::string, double> bytes_of_;                // content digest -> bytes
  std::map<std::string, std::optional<int64_t>> images_;  // digest of samples -> how many
};

}  // namespace facet

#endif  // FACET_CORE_PIPELINE_FORECAST_H_
