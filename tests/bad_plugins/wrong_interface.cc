// Built for a later interface: its fields after `size` must not be read.
#include "core/api/component.h"

extern "C" __attribute__((visibility("default"))) const facet::PluginDescriptor*
facet_plugin_descriptor() {
  static const facet::PluginDescriptor descriptor = {facet::kPluginMagic,
                                                     facet::kInterfaceVersion + 1,
                                                     sizeof(facet::PluginDescriptor) + 8,
                                                     nullptr,
                                                     1,
                                                     nullptr};
  return &descriptor;
}
