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
  // "train.detector", "test.crops", "train.start_from", "seed", "embed.loss". A segment `*` stands
  // for the names that a row gives there: "train.augmentation.*", "train.phases.*.schedule". A
  // component right below one (of "train.augmentation.erase") is called like that name unless its
  // `use` says otherwise.
  std::string path;
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
  // kComponent: what fills it where no file says anything. Where the path ends in `*`: the names
  // that are there, with a blank between two.
  std::string default_use;
};

// A key of before.
struct MovedKey {
  std::string from;  // "train.optimizer.rates"; not known any more
  std::string to;    // what to write now: "train.schedule.rates"
  std::string help = {};
};

struct ExperimentLayout {
  std::vector<Slot> slots;
  std::vector<MovedKey> moved;
  std::string seed;  // path of the slot that `seeds` gives other values; empty: none

  // The slot at a row's path: "train.augmentation.*" at "train.augmentation.erase".
  const Slot* Find(const std::string& path) const;
};

// Whether a path, or its first names, are those of a slot's path.
bool Fits(const std::string& path, const std::string& slot_path);
bool LeadsTo(const std::string& path, const std::string& slot_path);  // which goes on below it
// "train.augmentation.<name>"
std::string ShownPath(const std::string& slot_path);

}  // namespace facet

#endif  // FACET_CORE_CONFIG_LAYOUT_H_
