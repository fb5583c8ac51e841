#include "core/app/verb_manifest.h"

#include <string>
#include <vector>

#include "core/base/child_process.h"

namespace facet {
namespace {

// The host does not read manifests: their code and SQLite are in a program beside it, which takes
// the process over.
int RunProgram(const std::vector<std::string>& arguments, const VerbContext& context) {
  std::vector<std::string> command = {ProgramFolder() + "/facet-manifest"};
  command.insert(command.end(), arguments.begin(), arguments.end());
  return Fail(context, BecomeProgram(command), kExitBackend);
}

}  // namespace

void AddManifestVerb(Command program, VerbContext& context) {
  program
      .Subcommand("manifest",
                  "show the manifest of a data set in the making, undo its decisions, turn it into "
                  "CSV and VGG-Face lists and back")
      .OnRunWithWords(
          [&context](const std::vector<std::string>& words) { return RunProgram(words, context); });
}

}  // namespace facet
