#include "core/app/verb_plugins.h"

#include <algorithm>
#include <cstdio>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "core/api/kinds.h"
#include "core/app/catalogue_page.h"
#include "core/app/example_experiment.h"
#include "core/app/new_plugin.h"
#include "core/app/plugin_description.h"
#include "core/app/verb_plugins_check.h"
#include "core/base/suggest.h"
#include "core/pipeline/experiment_layout.h"
#include "core/stages/stage_types.h"

namespace facet {
namespace {

struct PluginsArguments {
  std::string kind, name, folder;
  bool json = false, example = false;
};

void PrintComponents(const std::vector<const ComponentInfo*>& infos) {
  Json components = Json::array();
  for (const ComponentInfo* info : infos) components.push_back(ComponentJson(*info));
  std::fputs(DumpPretty({{"schema", 1}, {"components", components}}).c_str(), stdout);
}

int List(const PluginsArguments& arguments, VerbContext& context) {
  const Catalogue& catalogue = context.catalogue();
  std::string kind;  // empty: all
  if (!arguments.kind.empty()) {
    const absl::StatusOr<const KindInfo*> known = KindOf(arguments.kind);
    if (!known.ok()) return Fail(context, known.status(), kExitUsage);
    kind = (*known)->name;
  }
  std::vector<const ComponentInfo*> infos;
  for (const ComponentInfo& info : catalogue.components()) {
    if (kind.empty() || info.kind == kind) infos.push_back(&info);
  }
  std::sort(infos.begin(), infos.end(), [](const ComponentInfo* a, const ComponentInfo* b) {
    return std::pair(a->kind, a->name) < std::pair(b->kind, b->name);
  });
  if (arguments.json) {
    PrintComponents(infos);
    return kExitDone;
  }
  size_t kind_width = 4, name_width = 4;
  for (const ComponentInfo* info : infos) {
    kind_width = std::max(kind_width, info->kind.size());
    name_width = std::max(name_width, info->name.size());
  }
  for (const ComponentInfo* info : infos) {
    std::printf("%-*s  %-*s  %s", static_cast<int>(kind_width), info->kind.c_str(),
                static_cast<int>(name_width), info->name.c_str(), info->summary.c_str());
    if (!info->paper.empty()) std::printf(" [%s]", info->paper.c_str());
    std::printf("\n");
  }
  return kExitDone;
}

// A kind, or a slot's settings, by its name alone; null: the name is neither's.
std::optional<std::pair<Json, std::string>> DescribeOther(const std::string& name,
                                                          const ExperimentLayout& layout,
                                                          const Catalogue& catalogue) {
  if (const KindInfo* const kind = FindKind(name); kind != nullptr) {
    return std::pair(KindJson(*kind, layout, catalogue), KindText(*kind, layout, catalogue));
  }
  if (const Slot* const slot = FindSettings(name, layout); slot != nullptr) {
    return std::pair(SettingsJson(*slot), SettingsText(*slot));
  }
  return std::nullopt;
}

int PrintExample(const std::vector<const ComponentInfo*>& infos, VerbContext& context) {
  if (infos.size() == 1) {
    std::fputs(ExampleExperiment(*infos[0]).c_str(), stdout);
    return kExitDone;
  }
  std::vector<std::string> names;
  for (const ComponentInfo* info : infos) names.push_back(info->kind + "/" + info->name);
  return Fail(context,
              absl::InvalidArgumentError(
                  infos.empty() ? "--example is of a component; name one"
                                : absl::StrCat("--example is of one component; name one of ",
                                               absl::StrJoin(names, ", "))),
              kExitUsage);
}

int Describe(const PluginsArguments& arguments, VerbContext& context) {
  const Catalogue& catalogue = context.catalogue();
  const ExperimentLayout layout = MakeExperimentLayout(AllStageTypes());
  if (const auto other = DescribeOther(arguments.name, layout, catalogue); other.has_value()) {
    if (arguments.example) return PrintExample({}, context);
    Json json = other->first;
    json["schema"] = 1;
    std::fputs(arguments.json ? DumpPretty(json).c_str() : other->second.c_str(), stdout);
    return kExitDone;
  }
  const size_t slash = arguments.name.find('/');
  const std::string kind = slash == std::string::npos ? "" : arguments.name.substr(0, slash);
  const std::string name =
      slash == std::string::npos ? arguments.name : arguments.name.substr(slash + 1);
  std::vector<const ComponentInfo*> infos;
  std::vector<std::string> names;
  for (const ComponentInfo& info : catalogue.components()) {
    if (!kind.empty() && info.kind != kind) continue;
    names.push_back(info.name);
    if (info.name == name) infos.push_back(&info);
  }
  if (infos.empty()) {
    const std::string nearest = Nearest(name, names);
    return Fail(context,
                absl::NotFoundError(absl::StrCat(
                    "no plugin provides ", kind.empty() ? "a component" : kind, " \"", name, "\"",
                    nearest.empty() ? "" : absl::StrCat("; did you mean \"", nearest, "\"?"), " (",
                    context.command(), " plugins list shows all; plugin path: ",
                    absl::StrJoin(catalogue.folders(), ", "), ")")),
                kExitPlugin);
  }
  if (arguments.example) return PrintExample(infos, context);
  Json components = Json::array();
  std::string text;
  for (const ComponentInfo* info : infos) {
    components.push_back(DescriptionJson(*info, layout));
    absl::StrAppend(&text, text.empty() ? "" : "\n", DescriptionText(*info, layout));
  }
  std::fputs(arguments.json ? DumpPretty({{"schema", 1}, {"components", components}}).c_str()
                            : text.c_str(),
             stdout);
  return kExitDone;
}

int New(const PluginsArguments& arguments, VerbContext& context) {
  const absl::StatusOr<const KindInfo*> known = KindOf(arguments.kind);
  if (!known.ok()) return Fail(context, known.status(), kExitUsage);
  const std::string& kind = (*known)->name;
  const ComponentInfo* taken = context.catalogue().Find(kind, arguments.name);
  if (taken != nullptr) {
    return Fail(context,
                absl::AlreadyExistsError(absl::StrCat("there is a ", kind, " \"", arguments.name,
                                                      "\" already (", taken->library_path,
                                                      "); take another name")),
                kExitUsage);
  }
  const std::string folder = arguments.folder.empty() ? arguments.name : arguments.folder;
  // The commands of its README are given in that folder.
  std::string command = context.command();
  std::error_code error;
  if (command.find('/') != std::string::npos) {
    command = std::filesystem::absolute(command, error).lexically_normal().string();
  }
  const absl::StatusOr<std::vector<std::string>> files =
      WriteNewPlugin({kind, arguments.name, folder, context.home_folder(), command});
  if (!files.ok()) {
    return Fail(context, files.status(),
                absl::IsInvalidArgument(files.status()) ? kExitUsage : kExitInput);
  }
  for (const std::string& file : *files) std::printf("%s/%s\n", folder.c_str(), file.c_str());
  std::fprintf(stderr, "next: cd %s, and README.md says how to build, test and run it\n",
               folder.c_str());
  return kExitDone;
}

}  // namespace

void AddPluginsVerb(Command program, VerbContext& context) {
  auto arguments = std::make_shared<PluginsArguments>();
  Command verb = program.Subcommand("plugins", "the components there are");
  verb.RequireSubcommand();
  Command list = verb.Subcommand("list", "kind, name, summary and source of every component");
  list.Positional("KIND", &arguments->kind, "this kind alone").Offer(KindNames());
  list.Option("--kind", &arguments->kind, "the same");
  list.Flag("--json", &arguments->json, "one JSON document");
  list.OnRun([arguments, &context] { return List(*arguments, context); });
  Command describe = verb.Subcommand("describe", "a component, a kind or a slot's settings");
  describe.Positional("NAME", &arguments->name, "[KIND/]NAME of a component, KIND, or slot")
      .Required();
  describe.Flag("--json", &arguments->json, "one JSON document");
  describe.Flag("--example", &arguments->example, "an experiment with the component, alone");
  describe.OnRun([arguments, &context] { return Describe(*arguments, context); });
  Command made =
      verb.Subcommand("new", "a component of your own: source, test, experiment, build files");
  made.Positional("KIND", &arguments->kind, "loss, detector, ...").Required().Offer(KindNames());
  made.Positional("NAME", &arguments->name, "of the component, in snake_case").Required();
  made.Option("--dir", &arguments->folder, "folder to make; NAME in the present one otherwise")
      .TypeName("DIR");
  made.OnRun([arguments, &context] { return New(*arguments, context); });
  AddPluginsCheckVerb(verb, context);
  verb.Subcommand("catalogue", "all components and their options as one Markdown page")
      .OnRun([&context] {
        std::fputs(CataloguePage(context.catalogue(), AllStageTypes()).c_str(), stdout);
        return static_cast<int>(kExitDone);
      });
}

}  // namespace facet
