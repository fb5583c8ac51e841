// A component of a kind that there is not.
#include "core/api/component.h"

extern "C" __attribute__((visibility("default"))) const facet::PluginDescriptor*
facet_plugin_descriptor() {
  static const facet::ComponentDescriptor component = {
      "divining_rod", "forked", "claims what it may not", "", 0, nullptr, nullptr};
  static const facet::PluginDescriptor descriptor = {facet::kPluginMagic,
                                                     facet::kInterfaceVersion,
                                                     sizeof(facet::PluginDescriptor),
                                                     FACET_FINGERPRINT,
                                                     1,
                                                     &component};
  return &descriptor;
}
