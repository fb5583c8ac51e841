#include "core/app/verb_preview.h"

#include <cstdio>
#include <filesystem>
#include <memory>
#include <string>
#include <system_error>
#include <vector>

#include "absl/strings/str_cat.h"
#include "core/app/planned_experiment.h"
#include "core/app/requested_stages.h"
#include "core/base/file.h"
#include "core/pipeline/planner.h"
#include "core/stages/stage_types.h"

namespace facet {
namespace {

struct PreviewRequest {
  std::string what = "detect";  // detect, align, crops, triplets
  std::string branch = "test";  // train, test; triplets are those of the embedding
  int64_t count = 40, seed = 1;
  int64_t people = 0, faces = 8;  // people 0: `count` pictures of anybody
};

struct PreviewArguments {
  ExperimentArguments experiment;
  std::string row, out;
  PreviewRequest request;
};

std::string DefaultName(const PreviewArguments& arguments, const std::string& row) {
  const PreviewRequest& request = arguments.request;
  return absl::StrCat(
      "preview.", row, ".",
      request.what == "triplets" ? "triplets" : absl::StrCat(request.branch, ".", request.what),
      ".png");
}

int RunPreviewVerb(const PreviewArguments& arguments, VerbContext& context) {
  int exit_code = kExitDone;
  std::vector<std::string> rows;
  if (!arguments.row.empty()) rows.push_back(arguments.row);
  const auto planned = PlanForVerb(arguments.experiment, rows, context, &exit_code);
  if (planned == nullptr) return exit_code;
  if (planned->rows.empty()) {
    return Fail(context, absl::InvalidArgumentError("the experiment has no rows"), kExitConfig);
  }
  const std::string row = planned->rows.front()->id;
  const PreviewRequest& request = arguments.request;
  if (request.people > 0 && request.what == "triplets") {
    return Fail(context,
                absl::InvalidArgumentError("--people shows images or crops of people; mined "
                                           "triplets are shown as they are mined"),
                kExitUsage);
  }
  const auto graph = PlanRequest(planned->experiment, *planned->rows.front(), kSheet,
                                 {{"what", request.what},
                                  {"branch", request.branch},
                                  {"count", request.count},
                                  {"seed", request.seed},
                                  {"people", request.people},
                                  {"faces", request.faces}},
                                 AllStageTypes(), context.catalogue(), planned->machine);
  if (!graph.ok()) return Fail(context, graph.status(), kExitUsage);

  const std::string out = arguments.out.empty() ? DefaultName(arguments, row) : arguments.out;
  const auto folder = std::filesystem::absolute(out).parent_path();
  if (std::error_code error; !std::filesystem::is_directory(folder, error)) {
    return Fail(
        context,
        absl::NotFoundError(absl::StrCat("--out ", out, ": there is no folder ", folder.string())),
        kExitUsage);
  }
  // Always: no key says which fonts the machine has.
  const std::vector<StageOutcome> outcomes =
      Compute(*graph, *planned, "preview", context, {graph->stages.back().type});
  if (!HasArtifact(outcomes.back().state)) return TellFailure(*graph, outcomes, context);
  const auto picture = StoredFile(*planned->store, outcomes.back().artifact, "preview.png");
  if (!picture.ok()) return Fail(context, picture.status(), kExitBug);
  const auto bytes = ReadFile(*picture);
  if (!bytes.ok()) return Fail(context, bytes.status(), kExitInput);
  const absl::Status written = WriteFileAtomically(out, *bytes);
  if (!written.ok()) return Fail(context, written, kExitUsage);
  std::printf("%s\n", out.c_str());
  return kExitDone;
}

}  // namespace

void AddPreviewVerb(Command program, VerbContext& context) {
  auto arguments = std::make_shared<PreviewArguments>();
  PreviewRequest& request = arguments->request;
  Command verb = program.Subcommand(
      "preview", "write a contact sheet of what a stage sees (PNG), and print its path");
  AddExperimentArguments(verb, &arguments->experiment);
  verb.Positional("ROW", &arguments->row, "row to look at; none: the first");
  verb.Option("--stage", &request.what,
              "detect: images with boxes and landmarks; align: with frames; crops; triplets: "
              "mined for the embedding")
      .OneOf({"detect", "align", "crops", "triplets"})
      .ShowDefault();
  verb.Option("--branch", &request.branch, "train or test images")
      .OneOf({"train", "test"})
      .ShowDefault();
  verb.Option("--count", &request.count, "pictures, or triplets").Range(1, 1000).ShowDefault();
  const CommandOption people =
      verb.Option("--people", &request.people,
                  "instead: so many people, each on a line, as in the paper's Figure 1")
          .Range(1, 1000);
  verb.Option("--faces", &request.faces, "with --people: pictures of each")
      .Range(1, 100)
      .ShowDefault()
      .Needs(people);
  verb.Option("--seed", &request.seed, "draws which of them are shown").NonNegative().ShowDefault();
  verb.Option("--out", &arguments->out, "file to write; none: preview.<row>.<...>.png here")
      .TypeName("PNG");
  verb.OnRun([arguments, &context] { return RunPreviewVerb(*arguments, context); });
}

}  // namespace facet
