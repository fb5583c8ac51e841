#include "core/app/verb_weights.h"

#include <cstdio>
#include <filesystem>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "core/app/planned_experiment.h"
#include "core/app/requested_stages.h"
#include "core/app/signals.h"

namespace facet {
namespace {

struct WeightsArguments {
  ExperimentArguments experiment;
  std::string row, out;
};

int Weights(const WeightsArguments& arguments, VerbContext& context) {
  int exit_code = kExitDone;
  const auto planned = PlanRowForVerb(arguments.experiment, arguments.row, context, &exit_code);
  if (planned == nullptr) return exit_code;
  const auto training = TrainingOf(planned->plan, arguments.row);
  if (!training.ok()) return Fail(context, training.status(), kExitUsage);
  const std::vector<PlannedStage> stages = LookUp(planned->plan.graph, *planned);
  const PlannedStage& train = stages[static_cast<size_t>(*training)];
  if (train.state != PlannedStage::State::kCached) {
    return Fail(
        context,
        absl::NotFoundError(absl::StrCat("row \"", arguments.row, "\" is not trained yet; run: ",
                                         RunLine(arguments.experiment, arguments.row, context))),
        kExitInput);
  }
  NoteFirstSignal();
  const std::filesystem::path folder =
      arguments.out.empty() ? absl::StrCat("weights.", arguments.row) : arguments.out;
  for (const char* file : {"weights.safetensors", "model.json"}) {
    const std::string path = (folder / file).string();
    const absl::Status copied = CopyOut(*planned->store, train.artifact, file, path);
    if (absl::IsCancelled(copied)) return Fail(context, copied, 128 + StopSignal());
    if (!copied.ok()) return Fail(context, copied, kExitUsage);
    std::printf("%s\n", path.c_str());
  }
  return kExitDone;
}

}  // namespace

void AddWeightsVerb(Command program, VerbContext& context) {
  auto arguments = std::make_shared<WeightsArguments>();
  Command verb = program.Subcommand(
      "weights", "a trained network as safetensors, for train.weights or for other programs");
  AddExperimentArguments(verb, &arguments->experiment);
  verb.Positional("ROW", &arguments->row, "row whose network is wanted").Required();
  verb.Option("--out,--output", &arguments->out,
              "folder to write to, which is made; none: weights.<row>")
      .TypeName("DIR");
  verb.OnRun([arguments, &context] { return Weights(*arguments, context); });
}

}  // namespace facet
