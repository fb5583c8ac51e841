// A strict reader of the one pickle that verification sets for face recognition come in: a pair of
// image files and truth values, as Python's
//   pickle.dump((images, is_same), file, protocol = 0 ... 5)
// writes it, with Python 2 or 3. Images are a list (or NumPy array) of byte strings or of arrays of
// bytes, as np.fromfile and cv2.imencode give them; truths are a list or array of truth values or
// of 0 and 1, NumPy's included.
//
// A pickle is a program for a stack machine. This reader knows only the instructions that make
// lists, tuples, byte strings, texts, whole numbers and truth values, and those that remember a
// value and recall it. Of names it knows the few that arrays and byte strings are written with, and
// what they stand for (pickled_numpy.h). Nothing is imported or called; any other instruction or
// name is refused by name. Memory is bounded by the file: values point into its text, or into what
// was decoded of it.
#ifndef FACET_PLUGINS_DATASETS_PICKLE_PICKLE_H_
#define FACET_PLUGINS_DATASETS_PICKLE_PICKLE_H_

#include <deque>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"

namespace facet {

struct PickledPairs {
  std::vector<std::string_view> images;  // valid as long as the text and `decoded`
  std::vector<bool> is_same;
  std::deque<std::string> decoded;  // byte strings that the file writes as text
};

// InvalidArgument: not a pickle, another instruction or name, or other content than the two lists;
// DataLoss: cut off. The message says at which byte.
absl::StatusOr<PickledPairs> ReadPickledPairs(std::string_view text);

}  // namespace facet

#endif  // FACET_PLUGINS_DATASETS_PICKLE_PICKLE_H_
