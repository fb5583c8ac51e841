#include "core/app/contract_report.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"

namespace facet {

std::vector<ComponentReport> ReportsOf(const std::vector<Json>& events) {
  std::vector<ComponentReport> reports;
  for (const Json& event : events) {
    if (event.contains("begin")) {
      reports.emplace_back();
      reports.back().name = event.at("begin");
    }
    if (reports.empty()) continue;
    ComponentReport& report = reports.back();
    if (event.contains("plan")) report.plan = event.at("plan").get<std::vector<std::string>>();
    if (event.contains("enter")) report.entered = event.at("enter");
    if (event.contains("left")) report.Set(event.at("left"));
    if (event.contains("end")) {
      report.checks = event.at("end").at("checks");
      report.ended = true;
    }
  }
  return reports;
}

void EndAbruptly(const Attempt& attempt, ComponentReport* report) {
  for (const std::string& name : report->plan) {
    const bool known =
        std::any_of(report->checks.begin(), report->checks.end(), [&](const Json& check) {
          return check.at("name") == name && check.at("state") != "not checked";
        });
    if (!known) {
      report->Set({{"name", name},
                   {"state", "not checked"},
                   {"reason", absl::StrCat("the process ended in \"", report->entered, "\"")}});
    }
  }
  Json check = {{"name", report->entered}, {"sentences", Json::array()}};
  for (const Json& known : report->checks) {
    if (known.at("name") == report->entered && known.contains("sentences")) check = known;
  }
  check["state"] = "broken";
  check.erase("reason");
  if (attempt.findings.empty()) check["sentences"].push_back(attempt.ending);
  for (const std::string& finding : attempt.findings) check["sentences"].push_back(finding);
  if (!attempt.said.empty() && attempt.findings.empty()) {
    check["notes"].push_back(absl::StrCat("it said: ", absl::StrJoin(attempt.said, " | ")));
  }
  report->Set(check);
}

Json ToJson(const ComponentReport& report) {
  Json component = report.name;
  component["checks"] = report.checks;
  component["state"] = "kept";
  bool behaves = false;
  for (const Json& check : report.checks) {
    if (check.at("state") == "broken") component["state"] = "broken";
    behaves |= check.at("state") == "kept" && check.at("name") != "declaration" &&
               check.at("name") != "stdout";
  }
  if (component["state"] == "kept" && !behaves) component["state"] = "not checked";
  return component;
}

}  // namespace facet
