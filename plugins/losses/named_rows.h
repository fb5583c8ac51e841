// The rows of a batch that its pairs name: where a miner left few, a loss of these alone.
#ifndef FACET_PLUGINS_LOSSES_NAMED_ROWS_H_
#define FACET_PLUGINS_LOSSES_NAMED_ROWS_H_

#include <optional>

#include "core/api/loss.h"

namespace facet {

struct NamedRows {
  at::Tensor anchors;             // rows that pairs begin with, ascending
  at::Tensor embeddings, labels;  // of these, then of the other rows that pairs name
  Tuples tuples;                  // by their new places

  int64_t num_anchors() const { return anchors.numel(); }
  LossInput input() const { return {embeddings, labels, &tuples}; }
};

// Nothing where they make no far smaller matrix than all rows, where there are no pairs or these do
// not fit, and on other devices than the CPU.
std::optional<NamedRows> NamedRowsOf(const LossInput& input, int64_t num_anchors);

}  // namespace facet

#endif  // FACET_PLUGINS_LOSSES_NAMED_ROWS_H_
