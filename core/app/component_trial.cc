#include "core/app/component_trial.h"

#include <cstdint>
#include <cstdio>
#include <memory>

#include "core/api/guard.h"
#include "core/api/schedule.h"
#include "core/base/answer.h"
#include "core/base/json.h"
#include "core/base/status.h"
#include "core/plugin/library.h"

namespace facet {
namespace {

// Which step a milestone is in does not depend on the number of steps, which nobody knows yet.
constexpr int64_t kStepsPerEpoch = 1000;

absl::Status TryOne(const Json& trial) {
  const std::string kind = trial.at("kind"), name = trial.at("name");
  FACET_ASSIGN_OR_RETURN(
      const std::unique_ptr<Component> component,
      CreateComponent(trial.at("library"), kind, name, Dump(trial.at("options"))));
  const Json& surroundings = trial.at("surroundings");
  if (kind != Schedule::kKind || surroundings.empty()) return absl::OkStatus();
  ScheduleSpan span;
  span.epochs = surroundings.at("epochs");
  span.steps_per_epoch = kStepsPerEpoch;
  span.warmup_epochs = surroundings.at("warmup_epochs");
  span.validates = surroundings.at("validates");
  return Guard(name, [&] { return static_cast<const Schedule&>(*component).Check(span); });
}

}  // namespace

int AnswerTrials(const std::vector<std::string>& trials) {
  Json said = Json::array();
  for (const std::string& text : trials) {
    const absl::StatusOr<Json> list = ParseJson(text, "the trials");
    if (!list.ok()) {
      std::fprintf(stderr, "%s\n", std::string(list.status().message()).c_str());
      return 4;
    }
    for (const Json& trial : *list) said.push_back(std::string(TryOne(trial).message()));
  }
  return GiveAnswer(Dump(said));
}

}  // namespace facet
