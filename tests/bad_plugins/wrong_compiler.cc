// The right interface from another compiler.
#include "core/api/component.h"

extern "C" __attribute__((visibility("default"))) const facet::PluginDescriptor*
facet_plugin_descriptor() {
  static const facet::PluginDescriptor descriptor = {facet::kPluginMagic,
                                                     facet::kInterfaceVersion,
                                                     sizeof(facet::PluginDescriptor),
                                                     "clang++ 3",
                                                     0,
                                                     nullptr};
  return &descriptor;
}
