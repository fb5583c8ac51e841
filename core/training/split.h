// Identities -> labels, and each identity's images -> training and validation.
#ifndef FACET_CORE_TRAINING_SPLIT_H_
#define FACET_CORE_TRAINING_SPLIT_H_

#include <cstdint>
#include <string>
#include <vector>

namespace facet {

struct LabelledRows {
  std::vector<std::string> classes;  // sorted; a label is an index into them
  std::vector<int64_t> labels;       // of each row; -1: no identity
};
LabelledRows LabelRows(const std::vector<std::string>& identities);

struct Split {
  std::vector<int64_t> training, validation;  // rows, ascending
};
// Holds out `share` of each label's rows, drawn with `seed`; a share of 0.3 of 5 rows is 1.5 rows:
// 1 or 2, with equal probability. At least one row of each label stays in training. Rows labelled
// -1 are in neither part. What happens to one label does not depend on the others.
// group: so many rows of a label are held out together, or a multiple (2: a tuple loss can be
// validated); the share is then of groups.
Split SplitRows(const std::vector<int64_t>& labels, double share, uint64_t seed, int64_t group = 1);

// The same rows in an order in which a batch of consecutive ones has pairs: first `images` of each
// identity, then the next ones of each, the last group of an identity may be smaller.
std::vector<int64_t> GroupByIdentity(const std::vector<int64_t>& labels,
                                     const std::vector<int64_t>& rows, int64_t images);

}  // namespace facet

#endif  // FACET_CORE_TRAINING_SPLIT_H_
