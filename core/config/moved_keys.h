// Keys of before (ExperimentLayout::moved).
#ifndef FACET_CORE_CONFIG_MOVED_KEYS_H_
#define FACET_CORE_CONFIG_MOVED_KEYS_H_

#include <string>
#include <vector>

#include "core/config/layout.h"
#include "core/config/source.h"

namespace facet {

// E0210 if the path is one of them; false if not.
bool ReportMovedKey(const ExperimentLayout& layout, const std::string& path, const Place& place,
                    Problems* problems);
// Those below the path: "train.augment.erase" of "train.augment".
std::vector<MovedKey> MovedKeysBelow(const ExperimentLayout& layout, const std::string& path);

}  // namespace facet

#endif  // FACET_CORE_CONFIG_MOVED_KEYS_H_
