// Samplers: the labels of the training images -> which images the batches of an epoch consist of.
#ifndef FACET_CORE_API_SAMPLER_H_
#define FACET_CORE_API_SAMPLER_H_

#include <algorithm>
#include <cstdint>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "core/api/component.h"

namespace facet {

// An epoch has as many batches as there are whole ones in the images, at least one.
inline int64_t NumBatches(int64_t num_images, int64_t batch) {
  return std::max<int64_t>(1, num_images / batch);
}

class Sampler : public Component {
 public:
  static constexpr char kKind[] = "sampler";
  ~Sampler() override;

  // InvalidArgument: it cannot make batches of so many images from images with these labels. The
  // host asks before the first epoch, and relies on it below.
  virtual absl::Status Check(const std::vector<int64_t>& labels, int64_t batch) const;
  // Indices into `labels`, which has one at least, batch after batch: at least NumBatches() * batch of them, of which the
  // host takes so many. Where there are fewer images than `batch`, they may be fewer, the one batch
  // that there is. A function of the arguments alone.
  virtual std::vector<int64_t> Epoch(const std::vector<int64_t>& labels, int64_t batch,
                                     uint64_t seed) const = 0;
  // False: an epoch is a permutation of the images.
  virtual bool repeats() const = 0;
  // From its beginning on a batch consists of groups of so many images of one identity: validation batches for losses of
  // tuples are made alike. 1: chance decides.
  virtual int64_t images_together() const { return 1; }
};

}  // namespace facet

#endif  // FACET_CORE_API_SAMPLER_H_
