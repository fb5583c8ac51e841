// A plugin's descriptor as another toolchain might make it: past the macros, which would not compile.
#ifndef FACET_TESTS_BAD_PLUGINS_BARE_DESCRIPTOR_H_
#define FACET_TESTS_BAD_PLUGINS_BARE_DESCRIPTOR_H_

#include "core/api/component.h"

// Of one component, which is never made.
#define BARE_DESCRIPTOR(kind, name, traits)                                             \
  extern "C" __attribute__((visibility("default"))) const facet::PluginDescriptor*      \
  facet_plugin_descriptor() {                                                           \
    static const facet::ComponentDescriptor component = {                               \
        kind, name, "claims what it may not", "", traits, nullptr, nullptr};            \
    static const facet::PluginDescriptor descriptor = {facet::kPluginMagic,             \
                                                       facet::kInterfaceVersion,        \
                                                       sizeof(facet::PluginDescriptor), \
                                                       FACET_FINGERPRINT,               \
                                                       1,                               \
                                                       &component};                     \
    return &descriptor;                                                                 \
  }

#endif  // FACET_TESTS_BAD_PLUGINS_BARE_DESCRIPTOR_H_
