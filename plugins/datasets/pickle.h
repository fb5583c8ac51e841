// A strict reader of the one pickle that verification sets for face recognition come in: a pair of
// a list of byte strings (image files) and a list of truth values, as Python's
//   pickle.dump((images, is_same), file, protocol = 2 ... 5)
// writes it, with Python 2 (byte strings as BINSTRING) or 3 (BINBYTES).
//
// A pickle is a program for a stack machine. This reader knows only the instructions that make
// lists, tuples, byte strings, whole numbers and truth values, and those that remember a value and
// recall it. Nothing is imported, constructed or called; any other instruction is refused by name.
// Memory is bounded by the file: values point into its text.
#ifndef FACET_PLUGINS_DATASETS_PICKLE_H_
#define FACET_PLUGINS_DATASETS_PICKLE_H_

#include <string_view>
#include <vector>

#include "absl/status/statusor.h"

namespace facet {

struct PickledPairs {
  std::vector<std::string_view> images;  // valid as long as the text
  std::vector<bool> is_same;
};

// InvalidArgument: not a pickle, protocol 0 or 1, another instruction, or other content than the
// two lists; DataLoss: cut off. The message says at which byte.
absl::StatusOr<PickledPairs> ReadPickledPairs(std::string_view text);

}  // namespace facet

#endif  // FACET_PLUGINS_DATASETS_PICKLE_H_
