// `facet plugins new`: the skeleton of a component outside facet's tree, in a folder of its own with
// a test, an experiment and what builds it with CMake and with Bazel.
//
// It is made of the kit of the installation (plugins/kit, plugins/<folder>/skeleton):
// skeleton/<kind>/new_<kind>.cc, _test.cc and .toml, in which new_<kind> and New<Kind> become the
// component's names, and skeleton/project/*.in with the names @NAME@, @KIND@, ... in them.
#ifndef FACET_CORE_APP_NEW_PLUGIN_H_
#define FACET_CORE_APP_NEW_PLUGIN_H_

#include <map>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

namespace facet {

struct NewPlugin {
  std::string kind;     // of kinds.h
  std::string name;     // snake_case
  std::string folder;   // to be made; may be there, empty
  std::string home;     // the installation
  std::string command;  // how the user calls facet
};

// "MyLoss" of "my_loss".
std::string CamelCase(const std::string& name);

// InvalidArgument unless it can be the name of a component, a file and a C++ class.
absl::Status CheckComponentName(const std::string& name);

// Names of files in the folder, and their content.
absl::StatusOr<std::map<std::string, std::string>> FilesOf(const NewPlugin& plugin);

// Writes them; AlreadyExists where the folder has anything in it. Returns their names.
absl::StatusOr<std::vector<std::string>> WriteNewPlugin(const NewPlugin& plugin);

}  // namespace facet

#endif  // FACET_CORE_APP_NEW_PLUGIN_H_
