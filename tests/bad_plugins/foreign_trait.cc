// A trait of another kind: FACET_PLUGIN would not compile.
#include "core/api/component.h"

extern "C" __attribute__((visibility("default"))) const facet::PluginDescriptor*
facet_plugin_descriptor() {
  static const facet::ComponentDescriptor component = {
      "aligner",
      "collector",
      "claims what it may not",
      "",
      facet::Traits({facet::Trait::kTrainable, facet::Trait::kMakesImages}).bits(),
      nullptr,
      nullptr};
  static const facet::PluginDescriptor descriptor = {facet::kPluginMagic,
                                                     facet::kInterfaceVersion,
                                                     sizeof(facet::PluginDescriptor),
                                                     FACET_FINGERPRINT,
                                                     1,
                                                     &component};
  return &descriptor;
}
