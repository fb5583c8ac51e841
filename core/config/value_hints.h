// The words of value errors: what an option takes, what stands there, what was probably meant.
#ifndef FACET_CORE_CONFIG_VALUE_HINTS_H_
#define FACET_CORE_CONFIG_VALUE_HINTS_H_

#include <string>

#include "core/config/node.h"
#include "core/plugin/catalogue.h"

namespace facet {

bool IsList(const OptionSpec& spec);
// "float" of "float" and of "float_list".
std::string ElementType(const OptionSpec& spec);
bool IsInside(double value, const OptionSpec& spec);

// "a number above 0 and at most 2", "a list of whole numbers, each at least 1", "text".
std::string Wanted(const OptionSpec& spec);
// "\"wide\"", "3", "a table", "a date or time".
std::string Got(const Node& node);

// What a value of the wrong type may have meant: "did you mean 64?"; empty where nothing suggests
// itself.
std::string MeantValue(const Node& node, const OptionSpec& spec);
// A number outside its range may be in another unit: "is it in degrees? That is 0.4992 rad".
std::string MeantUnit(double value, const OptionSpec& spec);

// Of a key or a `use` that seems to name a library: what to do instead. Empty for all others.
std::string LibraryHelp(const std::string& name);

}  // namespace facet

#endif  // FACET_CORE_CONFIG_VALUE_HINTS_H_
