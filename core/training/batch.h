// Images as a network takes them, with their labels.
#ifndef FACET_CORE_TRAINING_BATCH_H_
#define FACET_CORE_TRAINING_BATCH_H_

#include <cstdint>
#include <vector>

namespace facet {

struct Batch {
  std::vector<float> pixels;  // [labels.size(), size_px, size_px, 3], as WriteInput gives them
  std::vector<int64_t> labels;
};

}  // namespace facet

#endif  // FACET_CORE_TRAINING_BATCH_H_
