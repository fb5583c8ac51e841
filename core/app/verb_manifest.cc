#include "core/app/verb_manifest.h"

#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"

namespace facet {
namespace {

// The host does not read manifests: their code and SQLite are in a program beside it, which takes
// the process over.
int RunProgram(const std::vector<std::string>& arguments, const VerbContext& context) {
  const std::string program =
      (std::filesystem::path(context.worker_path()).parent_path() / "facet-manifest").string();
  std::vector<char*> words = {const_cast<char*>(program.c_str())};
  for (const std::string& argument : arguments)
    words.push_back(const_cast<char*>(argument.c_str()));
  words.push_back(nullptr);
  execv(program.c_str(), words.data());
  return Fail(context, absl::ErrnoToStatus(errno, absl::StrCat("cannot run ", program)),
              kExitBackend);
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
