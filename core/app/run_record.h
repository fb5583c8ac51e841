// What is kept of a run, for people and for the report:
//
//   <store>/runs/<experiment>/<UTC time>-<6 hex of the resolved rows>/
//     sources/<n>-<file>      the experiment's files, verbatim (0 is the one given)
//     resolved.json           every row expanded, with the origin of each value
//     plan.json               stages, their inputs and the rows that use them
//     provenance.json         provenance.h
//     host.json               who computes it, locked as long as it does (run_host.h)
//     events.jsonl            state changes; each line carries a checksum of the rest
//     progress.json           how far the stages are that run (progress_file.h)
//     rows/<id>/metrics.json  state, evaluation, artifacts with their costs, provenance of a row
//     logs/<row>.<stage>.log  what the workers printed
//     report/                 core/report
//
// Small files only: artifacts stay in the store's cache.
#ifndef FACET_CORE_APP_RUN_RECORD_H_
#define FACET_CORE_APP_RUN_RECORD_H_

#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "core/app/run_host.h"
#include "core/base/json.h"
#include "core/config/experiment.h"
#include "core/graph/scheduler.h"
#include "core/graph/store.h"
#include "core/pipeline/row_plan.h"
#include "core/report/report.h"

namespace facet {

class RunRecord {
 public:
  // Makes a folder that no other run has, with everything that is known before the stages run.
  // This process is the run's host until the end of the record.
  static absl::StatusOr<std::unique_ptr<RunRecord>> Create(const std::string& store_folder,
                                                           const Experiment& experiment,
                                                           const RowPlan& plan,
                                                           const Json& provenance);

  const std::string& folder() const { return folder_; }
  std::string log_folder() const { return folder_ + "/logs"; }
  std::string report_folder() const { return folder_ + "/report"; }

  void AddEvent(Json event);  // the time is added
  absl::Status WriteRow(const ReportRow& row) const;

 private:
  explicit RunRecord(std::string folder) : folder_(std::move(folder)) {}
  std::string folder_;
  Json provenance_;
  std::unique_ptr<RunHold> hold_;
  std::mutex mutex_;
};

}  // namespace facet

#endif  // FACET_CORE_APP_RUN_RECORD_H_
