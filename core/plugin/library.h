// Opens a plugin and checks everything before any C++ object crosses the border.
//
// RTLD_NOW | RTLD_LOCAL: a plugin with missing symbols is refused when it is opened. Libraries are
// never unloaded. Errors name the file and the cure:
//   NotFound            no such file
//   FailedPrecondition  not a facet plugin (no descriptor), another interface version, compiler,
//                       Abseil or (where tensors cross the border) LibTorch release, an undefined
//                       symbol (with the loader's words), a component of an unknown kind or with
//                       traits that are not its kind's
#ifndef FACET_CORE_PLUGIN_LIBRARY_H_
#define FACET_CORE_PLUGIN_LIBRARY_H_

#include <memory>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "core/api/component.h"

namespace facet {

// Whether a library with this fingerprint (component.h) can be used: what it was built with is what
// libfacet was built with, LibTorch's release included if it names one.
bool IsCompatible(std::string_view fingerprint);

class PluginLibrary {
 public:
  static absl::StatusOr<const PluginLibrary*> Open(const std::string& path);

  const std::string& path() const { return path_; }
  const PluginDescriptor& descriptor() const { return *descriptor_; }
  // Null if the library has no such component.
  const ComponentDescriptor* Find(const std::string& kind, const std::string& name) const;

 private:
  PluginLibrary(std::string path, const PluginDescriptor* descriptor)
      : path_(std::move(path)), descriptor_(descriptor) {}
  std::string path_;
  const PluginDescriptor* descriptor_;
};

// The traits that its descriptor has.
absl::StatusOr<Traits> TraitsOfComponent(const std::string& library_path, const std::string& kind,
                                         const std::string& name);

// Creates a component; the status names library and component.
absl::StatusOr<std::unique_ptr<Component>> CreateComponent(const std::string& library_path,
                                                           const std::string& kind,
                                                           const std::string& name,
                                                           const std::string& options_json);

// What `describe` prints of a library and the build writes beside it (lib<name>.schema.json):
// {"schema": 1, "digest": SHA-256 of the library, "interface_version", "fingerprint",
//  "calls": [what it takes from libfacet, by symbol],
//  "components": [{"kind", "name", "summary", "paper", "traits": [...],
//                  "options": [OptionSpec...]}]}.
absl::StatusOr<std::string> DescribeLibrary(const std::string& path);

}  // namespace facet

#endif  // FACET_CORE_PLUGIN_LIBRARY_H_
