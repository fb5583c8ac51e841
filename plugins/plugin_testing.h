// Makes the component of the plugin that a test is linked to.
#ifndef FACET_PLUGINS_PLUGIN_TESTING_H_
#define FACET_PLUGINS_PLUGIN_TESTING_H_

#include <cstdlib>
#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "core/api/component.h"

extern "C" const facet::PluginDescriptor* facet_plugin_descriptor();

namespace facet {

template <class Interface>
absl::StatusOr<std::unique_ptr<Interface>> MakeComponent(const std::string& options_json = "{}") {
  const ComponentDescriptor& component = facet_plugin_descriptor()->components[0];
  FACET_ASSIGN_OR_RETURN(std::unique_ptr<Component> made, component.create(options_json));
  return std::unique_ptr<Interface>(static_cast<Interface*>(made.release()));
}

// A file of the real data that some tests want; empty where FACET_DATA is not set.
inline std::string DataFile(const std::string& path) {
  const char* folder = std::getenv("FACET_DATA");
  return folder == nullptr || *folder == '\0' ? "" : std::string(folder) + "/" + path;
}

}  // namespace facet

#endif  // FACET_PLUGINS_PLUGIN_TESTING_H_
