// The names in a folder, for "did you mean".
#ifndef FACET_CORE_CONFIG_FOLDER_H_
#define FACET_CORE_CONFIG_FOLDER_H_

#include <string>
#include <vector>

namespace facet {

// Sorted; the first 10,000 that the system gives; empty if the folder cannot be read.
std::vector<std::string> NamesIn(const std::string& folder);

}  // namespace facet

#endif  // FACET_CORE_CONFIG_FOLDER_H_
