// facet-manifest: a curation manifest for people and other programs. Answers go to stdout, all else
// to stderr; the exit codes are the host's.
#include <cstdio>
#include <exception>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "CLI/CLI.hpp"
#include "core/app/command_line.h"
#include "core/app/exit_code.h"
#include "core/base/status.h"
#include "plugins/manifest/tool.h"

namespace facet {
namespace {

using Work = std::function<absl::Status()>;

// A verb that sets *work to what it does.
CLI::App* AddVerb(CLI::App& app, const char* name, const char* help, Work* work, const Work& does) {
  CLI::App* verb = app.add_subcommand(name, help);
  verb->group("Verbs");
  verb->callback([work, does] { *work = does; });
  return verb;
}

void AddShow(CLI::App& app, Work* work) {
  auto file = std::make_shared<std::string>();
  AddVerb(app, "show", "snapshots with their counts, runs with their state and reasons", work,
          [file]() -> absl::Status {
            FACET_ASSIGN_OR_RETURN(const std::string text, ShowManifest(*file));
            std::fputs(text.c_str(), stdout);
            return absl::OkStatus();
          })
      ->add_option("FILE", *file, "a frozen manifest")
      ->required();
}

void AddUndo(CLI::App& app, const char* name, const char* help, bool undone, Work* work) {
  auto request = std::make_shared<UndoRequest>();
  request->undone = undone;
  CLI::App* verb = AddVerb(app, name, help, work, [request] { return UndoInCopy(*request); });
  verb->add_option("FILE", request->file, "a frozen manifest; it stays as it is")->required();
  verb->add_option("RUN", request->run, "number of the run, or its stage")->required();
  auto* image = verb->add_option("--image", request->image, "only this image's mark (its id)");
  verb->add_option("--reason", request->reason, "of the mark, where the image has several")
      ->needs(image);
  verb->add_option("--out", request->out, "the new frozen manifest")->type_name("FILE")->required();
}

void AddSnapshot(CLI::App& app, Work* work) {
  struct Arguments {
    std::string file, name, out;
    std::vector<std::string> runs;
  };
  auto arguments = std::make_shared<Arguments>();
  CLI::App* verb =
      AddVerb(app, "snapshot", "define a snapshot in a new manifest", work, [arguments] {
        return SnapshotInCopy(arguments->file, arguments->name, arguments->runs, arguments->out);
      });
  verb->add_option("FILE", arguments->file, "a frozen manifest; it stays as it is")->required();
  verb->add_option("NAME", arguments->name, "of the snapshot")->required();
  verb->add_option("RUNS", arguments->runs, "whose removals count: RUN,RUN,...")
      ->delimiter(',')
      ->required();
  verb->add_option("--out", arguments->out, "the new frozen manifest")
      ->type_name("FILE")
      ->required();
}

// FROM and TO, as `from` and `to` name them.
CLI::App* AddConversion(
    CLI::App& app, const char* name, const char* help, const char* from, const char* to, Work* work,
    const std::function<absl::Status(const std::string&, const std::string&)>& convert) {
  auto ends = std::make_shared<std::pair<std::string, std::string>>();
  CLI::App* verb = AddVerb(app, name, help, work,
                           [ends, convert] { return convert(ends->first, ends->second); });
  verb->add_option(from, ends->first)->required();
  verb->add_option(to, ends->second)->required();
  return verb;
}

void AddConversions(CLI::App& app, Work* work) {
  AddConversion(app, "export-csv", "all tables of FILE as CSV files in DIR", "FILE", "DIR", work,
                &ExportCsv);
  AddConversion(app, "import-csv", "a new manifest FILE from the CSV files in DIR", "DIR", "FILE",
                work, &ImportCsv);
  auto options = std::make_shared<VggFaceExport>();
  CLI::App* verb =
      AddConversion(app, "export-vggface", "text files of the VGG-Face release in DIR", "FILE",
                    "DIR", work, [options](const std::string& file, const std::string& folder) {
                      return ExportVggFaceLists(file, *options, folder).status();
                    });
  verb->add_option("--full", options->full, "snapshot whose images are listed")
      ->type_name("SNAPSHOT")
      ->capture_default_str();
  verb->add_option("--curated", options->curated, "snapshot that the curation flag shows")
      ->type_name("SNAPSHOT")
      ->capture_default_str();
  verb->add_flag("--uids", options->with_uids, "write the uids of images that have one");
  AddConversion(app, "import-vggface",
                "a new manifest FILE from the text files of the VGG-Face release in DIR", "DIR",
                "FILE", work, &ImportVggFaceLists);
}

int ExitCodeOf(const absl::Status& status) {
  if (status.ok()) return kExitDone;
  if (absl::IsOutOfRange(status)) return kExitUsage;
  return absl::IsInternal(status) ? kExitBug : kExitInput;
}

int Main(int argc, char** argv) {
  CLI::App app("facet-manifest: the manifest of a data set in the making", "facet manifest");
  app.require_subcommand(1);
  app.get_formatter()->label("SUBCOMMAND", "VERB");
  Work work;
  AddShow(app, &work);
  AddUndo(app, "undo", "take a run, or one mark of it, out of force in a new manifest", true,
          &work);
  AddUndo(app, "redo", "put a run, or one mark of it, into force again in a new manifest", false,
          &work);
  AddSnapshot(app, &work);
  AddConversions(app, &work);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    if (error.get_exit_code() == 0) return app.exit(error);  // --help
    return UsageError(app, error);
  }
  const absl::Status status = work();
  if (!status.ok()) {
    std::fprintf(stderr, "error: %s\n", std::string(status.message()).c_str());
    return ExitCodeOf(status);
  }
  return FlushAnswer(kExitDone);
}

}  // namespace
}  // namespace facet

int main(int argc, char** argv) {
  try {
    return facet::Main(argc, argv);
  } catch (const std::exception& exception) {
    std::fprintf(stderr, "facet-manifest: a bug in it: %s\n", exception.what());
    return facet::kExitBug;
  }
}
