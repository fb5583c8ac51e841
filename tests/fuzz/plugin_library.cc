// A library that is none, and its description: "describe" of a plugin that nobody has looked at.
#include "core/base/check.h"
#include "core/base/json.h"
#include "core/plugin/called_functions.h"
#include "core/plugin/catalogue.h"
#include "core/plugin/library.h"
#include "tests/fuzz/fuzz.h"

namespace facet {

void Fuzz(std::string_view bytes) {
  const std::string path = WriteFuzzFile("libany.so", bytes);
  (void)CalledFunctions(path);
  const Catalogue catalogue =
      Catalogue::Scan({FuzzFolder()}, [&](const std::string&) { return std::string(bytes); });
  for (const ComponentInfo& component : catalogue.components()) {
    FACET_CHECK(catalogue.Find(component.kind, component.name) != nullptr);
    (void)catalogue.Names(component.kind);
  }
}

}  // namespace facet
