// A trait that nobody has heard of.
#include "core/api/component.h"

extern "C" __attribute__((visibility("default"))) const facet::PluginDescriptor*
facet_plugin_descriptor() {
  static const facet::ComponentDescriptor component = {
      "detector", "psychic", "claims what it may not", "", 0x40000000, nullptr, nullptr};
  static const facet::PluginDescriptor descriptor = {facet::kPluginMagic,
                                                     facet::kInterfaceVersion,
                                                     sizeof(facet::PluginDescriptor),
                                                     FACET_FINGERPRINT,
                                                     1,
                                                     &component};
  return &descriptor;
}
