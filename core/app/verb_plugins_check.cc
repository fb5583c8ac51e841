#include "core/app/verb_plugins_check.h"

#include <cstdio>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>

#include "absl/strings/str_cat.h"
#include "core/app/contract_run.h"
#include "core/app/signals.h"
#include "core/base/json.h"

namespace facet {
namespace {

constexpr int64_t kLimitSeconds = 300, kValgrindLimitSeconds = 1200;

struct PluginCheckArguments {
  std::string file, component, options = "{}";
  bool json = false, valgrind = false;
  std::optional<int64_t> limit_s;
};

void PrintCheck(const Json& check) {
  const std::string state = check.at("state"), name = check.at("name");
  std::printf("  %-11s  %s", state == "broken" ? "BROKEN" : state.c_str(), name.c_str());
  if (check.contains("reason")) std::printf(": %s", check.at("reason").get<std::string>().c_str());
  std::printf("\n");
  for (const char* list : {"sentences", "notes"}) {
    if (!check.contains(list)) continue;
    for (const Json& sentence : check.at(list)) {
      std::printf("               %s%s\n", list[0] == 'n' ? "note: " : "",
                  sentence.get<std::string>().c_str());
    }
  }
}

void PrintCoverage(const std::string& what, const Json& coverage) {
  if (coverage.contains("by")) {
    std::printf("%s: checked by %s%s\n", what.c_str(), coverage.at("by").get<std::string>().c_str(),
                coverage.at("state") == "broken" ? ": BROKEN" : "");
  } else {
    std::printf("%s: not covered (%s)\n", what.c_str(),
                coverage.at("reason").get<std::string>().c_str());
  }
}

void PrintReport(const Json& document) {
  const Json& handshake = document.at("handshake");
  std::printf("%s\nhandshake: kept: interface %lld, %s\n",
              document.at("library").get<std::string>().c_str(),
              static_cast<long long>(handshake.at("interface_version").get<int64_t>()),
              handshake.at("fingerprint").get<std::string>().c_str());
  int broken = 0, not_checked = 0;
  for (const Json& component : document.at("components")) {
    std::printf("\n%s \"%s\"\n", component.at("kind").get<std::string>().c_str(),
                component.at("name").get<std::string>().c_str());
    for (const Json& check : component.at("checks")) PrintCheck(check);
    broken += component.at("state") == "broken" ? 1 : 0;
    not_checked += component.at("state") == "not checked" ? 1 : 0;
  }
  std::printf("\n");
  PrintCoverage("memory", document.at("memory"));
  PrintCoverage("races", document.at("races"));
  const auto all = static_cast<int>(document.at("components").size());
  std::printf("%d kept, %d broken, %d not checked\n", all - broken - not_checked, broken,
              not_checked);
}

int ExitCodeOfCheck(const absl::Status& status) {
  if (absl::IsNotFound(status)) return kExitUsage;
  if (absl::IsDataLoss(status)) return kExitPlugin;
  if (absl::IsCancelled(status)) return 128 + StopSignal();
  return kExitBackend;
}

int Check(const PluginCheckArguments& arguments, const VerbContext& context) {
  ContractRequest request;
  std::error_code error;
  request.library = std::filesystem::canonical(arguments.file, error).string();
  if (error) {
    return Fail(context,
                absl::NotFoundError(absl::StrCat(arguments.file, ": ", error.message(),
                                                 "; give the path of a plugin library (lib*.so)")),
                kExitPlugin);
  }
  if (!std::filesystem::is_regular_file(request.library, error)) {
    return Fail(context,
                absl::InvalidArgumentError(absl::StrCat(
                    arguments.file, " is no regular file; give a plugin library (lib*.so)")),
                kExitPlugin);
  }
  const absl::StatusOr<Json> options = ParseJson(arguments.options, "--options");
  if (!options.ok() || !options->is_object()) {
    return Fail(context,
                options.ok() ? absl::InvalidArgumentError(
                                   "--options is no JSON object, such as '{\"scale\": 2}'")
                             : options.status(),
                kExitUsage);
  }
  request.component = arguments.component;
  request.options_json = arguments.options;
  request.valgrind = arguments.valgrind;
  request.limit = absl::Seconds(
      arguments.limit_s.value_or(arguments.valgrind ? kValgrindLimitSeconds : kLimitSeconds));
  NoteFirstSignal();
  const absl::StatusOr<Json> document = RunContract(request);
  if (!document.ok()) return Fail(context, document.status(), ExitCodeOfCheck(document.status()));
  if (arguments.json) std::fputs(DumpPretty(*document).c_str(), stdout);
  const Json& handshake = document->at("handshake");
  if (handshake.at("state") == "broken") {
    return Fail(context, absl::FailedPreconditionError(handshake.at("message").get<std::string>()),
                kExitPlugin);
  }
  if (!arguments.json) PrintReport(*document);
  return document->at("state") == "kept" ? kExitDone : kExitRowFailed;
}

}  // namespace

void AddPluginsCheckVerb(Command plugins, VerbContext& context) {
  auto arguments = std::make_shared<PluginCheckArguments>();
  Command check = plugins.Subcommand("check", "does a library keep the contracts of its kinds?");
  check.Positional("FILE", &arguments->file, "a plugin library").Required();
  check.Option("--component", &arguments->component, "this one alone").TypeName("[KIND/]NAME");
  check.Option("--options", &arguments->options, "the components' options, as a JSON object")
      .TypeName("JSON");
  check
      .Option("--limit", &arguments->limit_s,
              "how long one check may take (300; 1200 under valgrind)")
      .TypeName("SECONDS");
  check.Flag("--json", &arguments->json, "one JSON document");
  check.Flag("--valgrind", &arguments->valgrind, "look at its memory with valgrind");
  check.OnRun([arguments, &context] { return Check(*arguments, context); });
}

}  // namespace facet
