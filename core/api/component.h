// What every plugin includes, through the header of its kind: the base class of components and the
// macro that exports one. kinds.bzl lists the kinds.
//
// A plugin is one .cc file: manual comment, Options, a class derived from its kind's interface with
// a constructor `explicit Class(const Options&)` or a factory
// `static absl::StatusOr<std::unique_ptr<Class>> Create(const Options&)`, and one line
//
//   FACET_PLUGIN(facet::Loss, Triplet, Options, "triplet", "one-line summary", "source")
//
// Components are created in a worker process, used from one thread at a time, and must be pure:
// the same options, inputs and seed give the same bits. Methods return a status for bad input;
// exceptions that leave a component become a status that names the plugin. A component never writes
// to stdout and keeps no state outside itself.
#ifndef FACET_CORE_API_COMPONENT_H_
#define FACET_CORE_API_COMPONENT_H_

#include <cstdint>
#include <memory>
#include <string>
#include <type_traits>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "core/api/options.h"
#include "core/api/trait.h"
#include "core/base/check.h"
#include "core/base/random.h"
#include "core/base/status.h"

namespace facet {

// The interface between host and plugins: raised by every change of core/api that a compiled plugin
// could notice.
inline constexpr uint32_t kInterfaceVersion = 6;
inline constexpr uint32_t kPluginMagic = 0x46414354;  // "FACT"

class Component {
 public:
  virtual ~Component();
};

class AnchorLoss;   // loss.h
class AnchorMiner;  // miner.h

// One component of a library. Strings are static.
struct ComponentDescriptor {
  const char* kind;     // the interface's kKind
  const char* name;     // the name in `use = "..."`
  const char* summary;  // one line
  const char* paper;    // source: paper, standard or library
  uint32_t traits;      // bits of trait.h
  std::string (*schema)();
  absl::StatusOr<std::unique_ptr<Component>> (*create)(const std::string& options_json);
};

// What the exported function `facet_plugin_descriptor` returns. The first four fields never move:
// they are read before anything else of the library is trusted.
struct PluginDescriptor {
  uint32_t magic;
  uint32_t interface_version;
  uint32_t size;            // sizeof(PluginDescriptor)
  const char* fingerprint;  // compiler, standard library and libraries that cross the border
  uint32_t num_components;
  const ComponentDescriptor* components;
};

// What this file is compiled with: compiler, standard library, Abseil, and in a library that
// includes a kind with tensors in its interface (tensor.h) LibTorch. C++ objects cross the border,
// so both sides must agree.
#ifndef FACET_TENSOR_LIBRARY
#define FACET_TENSOR_LIBRARY ""
#endif
#define FACET_STRINGIZE_INNER(x) #x
#define FACET_STRINGIZE(x) FACET_STRINGIZE_INNER(x)
#define FACET_FINGERPRINT                                                         \
  "g++ " FACET_STRINGIZE(__GNUC__) ", libstdc++ abi " FACET_STRINGIZE(            \
      _GLIBCXX_USE_CXX11_ABI) ", absl " FACET_STRINGIZE(ABSL_LTS_RELEASE_VERSION) \
      FACET_TENSOR_LIBRARY

// The fingerprint with the LibTorch release that libfacet was built with.
const char* TensorFingerprint();

namespace internal {

template <class T, class Options, class = void>
struct HasCreate : std::false_type {};
template <class T, class Options>
struct HasCreate<T, Options, std::void_t<decltype(T::Create(std::declval<const Options&>()))>>
    : std::true_type {};

template <class Interface, class T, class = void>
struct TraitsOf {
  static constexpr Traits value = {};
};
template <class Interface, class T>
struct TraitsOf<Interface, T, std::void_t<decltype(T::kTraits)>> {
  static constexpr Traits value = T::kTraits;
  static_assert(Traits::OfKind(Interface::kKind).HasAll(value),
                "kTraits has a trait of another kind (core/api/trait.h)");
};

// The message for the exception in flight; call inside a catch block.
absl::Status CurrentExceptionStatus();

template <class Interface, class T, class Options>
absl::StatusOr<std::unique_ptr<Component>> CreateComponent(const std::string& options_json) {
  static_assert(std::is_base_of_v<Interface, T>, "the class must derive from its kind");
  // The host casts to these by the trait alone.
  constexpr Traits kTraits = TraitsOf<Interface, T>::value;
  static_assert(!kTraits.Has(Trait::kMinesForAnchors) || std::is_base_of_v<AnchorMiner, T>,
                "a class with Trait::kMinesForAnchors derives from AnchorMiner");
  static_assert(!kTraits.Has(Trait::kComparesAnchors) || std::is_base_of_v<AnchorLoss, T>,
                "a class with Trait::kComparesAnchors derives from AnchorLoss");
  try {
    FACET_ASSIGN_OR_RETURN(const Options options, ReadOptions<Options>(options_json));
    if constexpr (HasCreate<T, Options>::value) {
      FACET_ASSIGN_OR_RETURN(std::unique_ptr<T> made, T::Create(options));
      return std::unique_ptr<Component>(std::move(made));
    } else {
      return std::unique_ptr<Component>(std::make_unique<T>(options));
    }
  } catch (...) {
    return CurrentExceptionStatus();
  }
}

}  // namespace internal
}  // namespace facet

#define FACET_COMPONENT(Interface, Class, Options, name, summary, paper)                          \
  {                                                                                               \
    Interface::kKind, name, summary, paper,                                                       \
        ::facet::internal::TraitsOf<Interface, Class>::value.bits(), &::facet::SchemaOf<Options>, \
        &::facet::internal::CreateComponent<Interface, Class, Options>                            \
  }

#define FACET_PLUGIN(Interface, Class, Options, name, summary, paper) \
  FACET_PLUGIN_COMPONENTS(FACET_COMPONENT(Interface, Class, Options, name, summary, paper))

// Several components in one library: a comma-separated list of FACET_COMPONENT.
#define FACET_PLUGIN_COMPONENTS(...)                                                 \
  extern "C" __attribute__((visibility("default"))) const ::facet::PluginDescriptor* \
  facet_plugin_descriptor() {                                                        \
    static const ::facet::ComponentDescriptor components[] = {__VA_ARGS__};          \
    static const ::facet::PluginDescriptor descriptor = {                            \
        ::facet::kPluginMagic,                                                       \
        ::facet::kInterfaceVersion,                                                  \
        sizeof(::facet::PluginDescriptor),                                           \
        FACET_FINGERPRINT,                                                           \
        sizeof(components) / sizeof(components[0]),                                  \
        components};                                                                 \
    return &descriptor;                                                              \
  }

#endif  // FACET_CORE_API_COMPONENT_H_
