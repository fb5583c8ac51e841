// The shape of an experiment's rows, as data: which slots there are and what fills them. The config
// layer knows no slot by name; core/pipeline/experiment_layout.h gives the list.
#ifndef FACET_CORE_CONFIG_LAYOUT_H_
#define FACET_CORE_CONFIG_LAYOUT_H_

#include <string>
#include <vector>

#include "core/api/trait.h"
#include "core/plugin/catalogue.h"

namespace facet {

struct Slot {
  enum class Fill {
    kComponent,  // { use = "name", option = ... }, of component kind `kind`
    kSettings,   // a table of the host's own options: `options`
    kValue,      // a single value: `options` has one entry, the slot's last name
    kRow,        // the id of another row, or "" for none
  };
  std::string path;  // "train.detector", "test.crops", "train.start_from", "seed", "embed.loss"
  Fill fill = Fill::kComponent;
  std::string kind;                 // kComponent
  std::vector<OptionSpec> options;  // kSettings, kValue
  bool required = false;            // every row must fill it (kComponent)
  // A row one of whose components has one of these may leave it empty.
  Traits not_required_with;
  std::string doc;
  // A slot inside an optional group ("embed") exists in a row only if the row names something in
  // that group; then its `required` counts and its defaults fill in.
  std::string optional_group;
};

struct ExperimentLayout {
  std::vector<Slot> slots;
  const Slot* Find(const std::string& path) const {
    for (const Slot& slot : slots) {
      if (slot.path == path) return &slot;
    }
    return nullptr;
  }
};

}  // namespace facet

#endif  // FACET_CORE_CONFIG_LAYOUT_H_
