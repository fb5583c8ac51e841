// The part of results.json that says how a data set was built.
#ifndef FACET_CORE_REPORT_CURATION_JSON_H_
#define FACET_CORE_REPORT_CURATION_JSON_H_

#include "absl/status/statusor.h"
#include "core/base/json.h"
#include "core/report/report.h"

namespace facet {

Json ToJson(const ReportCuration& curation);
absl::StatusOr<ReportCuration> ReportCurationFromJson(const Json& json);

}  // namespace facet

#endif  // FACET_CORE_REPORT_CURATION_JSON_H_
