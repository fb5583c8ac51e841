// What the contract program said of each component, also where it did not get to its end.
#ifndef FACET_CORE_APP_CONTRACT_REPORT_H_
#define FACET_CORE_APP_CONTRACT_REPORT_H_

#include <string>
#include <vector>

#include "core/base/json.h"

namespace facet {

// One process: what it said, and how it ended.
struct Attempt {
  std::vector<Json> events;
  std::string ending;  // why it did not get to its end; empty: it did
  std::vector<std::string> findings, said;
};

// What is known of a component: from its events, and of one that did not get to its end.
struct ComponentReport {
  Json name, checks = Json::array();
  std::vector<std::string> plan;
  std::string entered = "declaration";
  bool ended = false;

  void Set(const Json& check) {
    for (Json& known : checks) {
      if (known.at("name") == check.at("name")) {
        known = check;
        return;
      }
    }
    checks.push_back(check);
  }
};

// Of the lines of one process. Those that are none of the contract program's, because the library
// wrote them, throw Json::exception.
std::vector<ComponentReport> ReportsOf(const std::vector<Json>& events);

// Of the component in which the process ended: that this broke the check it was in, and that those
// after it were not made.
void EndAbruptly(const Attempt& attempt, ComponentReport* report);

// Its name, checks and state (contract_run.h).
Json ToJson(const ComponentReport& report);

}  // namespace facet

#endif  // FACET_CORE_APP_CONTRACT_REPORT_H_
