// facet-manifest: a curation manifest for people and other programs. Answers go to stdout, all else
// to stderr; the exit codes are the host's.
#include <cstdio>
#include <exception>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "core/app/command_line.h"
#include "core/app/exit_code.h"
#include "core/base/status.h"
#include "plugins/manifest/tool.h"

namespace facet {
namespace {

int ExitCodeOf(const absl::Status& status) {
  if (status.ok()) return kExitDone;
  if (absl::IsOutOfRange(status)) return kExitUsage;
  return absl::IsInternal(status) ? kExitBug : kExitInput;
}

// A verb that ends with what `does` returns.
Command AddVerb(Command program, const char* name, const char* help,
                std::function<absl::Status()> does) {
  Command verb = program.Subcommand(name, help);
  verb.OnRun([does = std::move(does)] {
    const absl::Status status = does();
    if (!status.ok()) std::fprintf(stderr, "error: %s\n", std::string(status.message()).c_str());
    return ExitCodeOf(status);
  });
  return verb;
}

void AddShow(Command program) {
  auto file = std::make_shared<std::string>();
  AddVerb(program, "show", "snapshots with their counts, runs with their state and reasons",
          [file]() -> absl::Status {
            FACET_ASSIGN_OR_RETURN(const std::string text, ShowManifest(*file));
            std::fputs(text.c_str(), stdout);
            return absl::OkStatus();
          })
      .Positional("FILE", file.get(), "a frozen manifest")
      .Required();
}

void AddUndo(Command program, const char* name, const char* help, bool undone) {
  auto request = std::make_shared<UndoRequest>();
  request->undone = undone;
  Command verb = AddVerb(program, name, help, [request] { return UndoInCopy(*request); });
  verb.Positional("FILE", &request->file, "a frozen manifest; it stays as it is").Required();
  verb.Positional("RUN", &request->run, "number of the run, or its stage").Required();
  const CommandOption image =
      verb.Option("--image", &request->image, "only this image's mark (its id)");
  verb.Option("--reason", &request->reason, "of the mark, where the image has several")
      .Needs(image);
  verb.Option("--out", &request->out, "the new frozen manifest").TypeName("FILE").Required();
}

void AddSnapshot(Command program) {
  struct Arguments {
    std::string file, name, out;
    std::vector<std::string> runs;
  };
  auto arguments = std::make_shared<Arguments>();
  Command verb = AddVerb(program, "snapshot", "define a snapshot in a new manifest", [arguments] {
    return SnapshotInCopy(arguments->file, arguments->name, arguments->runs, arguments->out);
  });
  verb.Positional("FILE", &arguments->file, "a frozen manifest; it stays as it is").Required();
  verb.Positional("NAME", &arguments->name, "of the snapshot").Required();
  verb.Positional("RUNS", &arguments->runs, "whose removals count: RUN,RUN,...")
      .Delimiter(',')
      .Required();
  verb.Option("--out", &arguments->out, "the new frozen manifest").TypeName("FILE").Required();
}

// FROM and TO, as `from` and `to` name them.
Command AddConversion(
    Command program, const char* name, const char* help, const char* from, const char* to,
    const std::function<absl::Status(const std::string&, const std::string&)>& convert) {
  auto ends = std::make_shared<std::pair<std::string, std::string>>();
  Command verb =
      AddVerb(program, name, help, [ends, convert] { return convert(ends->first, ends->second); });
  verb.Positional(from, &ends->first).Required();
  verb.Positional(to, &ends->second).Required();
  return verb;
}

void AddConversions(Command program) {
  AddConversion(program, "export-csv", "all tables of FILE as CSV files in DIR", "FILE", "DIR",
                &ExportCsv);
  AddConversion(program, "import-csv", "a new manifest FILE from the CSV files in DIR", "DIR",
                "FILE", &ImportCsv);
  auto options = std::make_shared<VggFaceExport>();
  Command verb =
      AddConversion(program, "export-vggface", "text files of the VGG-Face release in DIR", "FILE",
                    "DIR", [options](const std::string& file, const std::string& folder) {
                      return ExportVggFaceLists(file, *options, folder).status();
                    });
  verb.Option("--full", &options->full, "snapshot whose images are listed")
      .TypeName("SNAPSHOT")
      .ShowDefault();
  verb.Option("--curated", &options->curated, "snapshot that the curation flag shows")
      .TypeName("SNAPSHOT")
      .ShowDefault();
  verb.Flag("--uids", &options->with_uids, "write the uids of images that have one");
  AddConversion(program, "import-vggface",
                "a new manifest FILE from the text files of the VGG-Face release in DIR", "DIR",
                "FILE", &ImportVggFaceLists);
}

int Main(int argc, char** argv) {
  CommandLine line("facet manifest", "facet-manifest: the manifest of a data set in the making");
  const Command program = line.program();
  AddShow(program);
  AddUndo(program, "undo", "take a run, or one mark of it, out of force in a new manifest", true);
  AddUndo(program, "redo", "put a run, or one mark of it, into force again in a new manifest",
          false);
  AddSnapshot(program);
  AddConversions(program);
  return line.Run(argc, argv);
}

}  // namespace
}  // namespace facet

int main(int argc, char** argv) {
  return facet::ExitCodeOfMain("facet-manifest", &facet::Main, argc, argv);
}
