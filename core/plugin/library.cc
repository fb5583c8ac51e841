#include "core/plugin/library.h"

#include <dlfcn.h>

#include <boost/dll/shared_library.hpp>
#include <filesystem>
#include <map>
#include <mutex>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "core/base/hash.h"
#include "core/base/json.h"
#include "core/plugin/called_functions.h"
#include "core/plugin/traits.h"

namespace facet {
namespace {

constexpr char kSymbol[] = "facet_plugin_descriptor";
constexpr char kDlError[] = "dlerror system message: ";
constexpr char kRebuild[] = "; rebuild it with this facet's headers";
constexpr char kLink[] =
    "; link the library that has it, or rebuild the plugin with this facet's headers";

// What the loader says. Boost frames it: "... (dlerror system message: PATH: WORDS): errno's".
std::string LoaderWords(const std::string& path, absl::string_view message) {
  const size_t begin = message.find(kDlError), end = message.rfind("): ");
  if (begin == absl::string_view::npos || end == absl::string_view::npos) {
    return std::string(message);
  }
  message = message.substr(0, end).substr(begin + sizeof(kDlError) - 1);
  absl::ConsumePrefix(&message, path + ": ");
  return std::string(message);
}

// The throwing constructor carries the loader's words, the error_code overload hides them.
absl::StatusOr<boost::dll::shared_library> Load(const std::string& path) {
  try {
    return boost::dll::shared_library(
        path, boost::dll::load_mode::rtld_now | boost::dll::load_mode::rtld_local);
  } catch (const std::exception& exception) {
    const std::string words = LoaderWords(path, exception.what());
    return absl::FailedPreconditionError(
        absl::StrCat(path, ": cannot be loaded: ", words,
                     absl::StrContains(words, "undefined symbol") ? kLink : kRebuild));
  }
}

// Only fields that never move are read before the version is known to agree.
absl::Status CheckDescriptor(const std::string& path, const PluginDescriptor* descriptor) {
  if (descriptor == nullptr || descriptor->magic != kPluginMagic) {
    return absl::FailedPreconditionError(
        absl::StrCat(path, ": its descriptor is not one of facet's", kRebuild));
  }
  if (descriptor->interface_version != kInterfaceVersion) {
    return absl::FailedPreconditionError(
        absl::StrCat(path, ": built for plugin interface ", descriptor->interface_version,
                     ", this facet has ", kInterfaceVersion, kRebuild));
  }
  if (descriptor->size != sizeof(PluginDescriptor) || !IsCompatible(descriptor->fingerprint)) {
    return absl::FailedPreconditionError(absl::StrCat(path, ": built with ",
                                                      descriptor->fingerprint, ", this facet with ",
                                                      TensorFingerprint(), kRebuild));
  }
  for (uint32_t i = 0; i < descriptor->num_components; ++i) {
    const ComponentDescriptor& component = descriptor->components[i];
    const absl::Status known =
        TraitsFromBits(component.kind, component.name, component.traits).status();
    if (!known.ok()) {
      return absl::FailedPreconditionError(absl::StrCat(path, ": ", known.message(), kRebuild));
    }
  }
  return absl::OkStatus();
}

absl::StatusOr<const ComponentDescriptor*> DescriptorOf(const std::string& library_path,
                                                        const std::string& kind,
                                                        const std::string& name) {
  FACET_ASSIGN_OR_RETURN(const PluginLibrary* library, PluginLibrary::Open(library_path));
  const ComponentDescriptor* component = library->Find(kind, name);
  if (component != nullptr) return component;
  return absl::NotFoundError(absl::StrCat(library_path, " provides no ", kind, " \"", name, "\""));
}

}  // namespace

bool IsCompatible(std::string_view fingerprint) {
  return fingerprint == FACET_FINGERPRINT || fingerprint == TensorFingerprint();
}

absl::StatusOr<const PluginLibrary*> PluginLibrary::Open(const std::string& path) {
  // Never destroyed: objects of a plugin may live as long as the process.
  static auto& opened = *new std::map<std::string, std::unique_ptr<PluginLibrary>>;
  static auto& mapped = *new std::vector<boost::dll::shared_library>;
  static auto& mutex = *new std::mutex;
  const std::lock_guard<std::mutex> lock(mutex);
  if (const auto found = opened.find(path); found != opened.end()) return found->second.get();

  std::error_code error;
  if (!std::filesystem::exists(path, error)) {
    return absl::NotFoundError(absl::StrCat(path, ": no such plugin library"));
  }
  FACET_ASSIGN_OR_RETURN(boost::dll::shared_library library, Load(path));
  if (!library.has(kSymbol)) {
    return absl::FailedPreconditionError(
        absl::StrCat(path, ": not a facet plugin: it exports no ", kSymbol,
                     "; end the source with FACET_PLUGIN(...) or take it off the plugin path"));
  }
  const PluginDescriptor* descriptor = nullptr;
  try {
    descriptor = library.get<const PluginDescriptor*()>(kSymbol)();
  } catch (...) {
    return Annotate(internal::CurrentExceptionStatus(), path);
  }
  FACET_RETURN_IF_ERROR(CheckDescriptor(path, descriptor));
  mapped.push_back(std::move(library));
  auto& slot = opened[path];
  slot.reset(new PluginLibrary(path, descriptor));
  return slot.get();
}

const ComponentDescriptor* PluginLibrary::Find(const std::string& kind,
                                               const std::string& name) const {
  for (uint32_t i = 0; i < descriptor_->num_components; ++i) {
    const ComponentDescriptor& component = descriptor_->components[i];
    if (kind == component.kind && name == component.name) return &component;
  }
  return nullptr;
}

absl::StatusOr<Traits> TraitsOfComponent(const std::string& library_path, const std::string& kind,
                                         const std::string& name) {
  FACET_ASSIGN_OR_RETURN(const ComponentDescriptor* component,
                         DescriptorOf(library_path, kind, name));
  return Traits::OfBits(component->traits);
}

absl::StatusOr<std::unique_ptr<Component>> CreateComponent(const std::string& library_path,
                                                           const std::string& kind,
                                                           const std::string& name,
                                                           const std::string& options_json) {
  FACET_ASSIGN_OR_RETURN(const ComponentDescriptor* component,
                         DescriptorOf(library_path, kind, name));
  absl::StatusOr<std::unique_ptr<Component>> made = component->create(options_json);
  if (!made.ok()) {
    return Annotate(made.status(), absl::StrCat(kind, " \"", name, "\" (", library_path, ")"));
  }
  return made;
}

absl::StatusOr<std::string> DescribeLibrary(const std::string& path) {
  FACET_ASSIGN_OR_RETURN(const std::string digest, Sha256File(path));
  FACET_ASSIGN_OR_RETURN(const PluginLibrary* library, PluginLibrary::Open(path));
  FACET_ASSIGN_OR_RETURN(const std::vector<std::string> calls, CalledFunctions(path));
  const PluginDescriptor& descriptor = library->descriptor();
  Json components = Json::array();
  for (uint32_t i = 0; i < descriptor.num_components; ++i) {
    const ComponentDescriptor& component = descriptor.components[i];
    const std::string place =
        absl::StrCat(path, ": schema of ", component.kind, " ", component.name);
    try {
      FACET_ASSIGN_OR_RETURN(const Json options, ParseJson(component.schema(), place));
      components.push_back({{"kind", component.kind},
                            {"name", component.name},
                            {"summary", component.summary},
                            {"paper", component.paper},
                            {"traits", TraitNames(Traits::OfBits(component.traits))},
                            {"options", options}});
    } catch (...) {
      return Annotate(internal::CurrentExceptionStatus(), place);
    }
  }
  return DumpPretty({{"schema", 1},
                     {"digest", digest},
                     {"interface_version", descriptor.interface_version},
                     {"fingerprint", descriptor.fingerprint},
                     {"calls", calls},
                     {"components", components}});
}

}  // namespace facet
