// Which images a batch is made of, where that is more than chance: identities together.
#ifndef FACET_CORE_TRAINING_SAMPLER_H_
#define FACET_CORE_TRAINING_SAMPLER_H_

#include <cstdint>
#include <vector>

#include "absl/status/status.h"
#include "core/training/settings.h"

namespace facet {

// `num_batches` batches of P identities x K images each, one after the other (Hermans et al.,
// arXiv:1703.07737, section 2.1): rows of one identity stand together. All identities have had
// their turn before one has its next, but a round's rest below P waits for the next round; so do an
// identity's images. Where it has fewer than K, they are repeated, or it is left out. The order
// depends on the arguments alone. CheckIdentities holds.
std::vector<int64_t> OrderByIdentity(const std::vector<int64_t>& labels,
                                     const std::vector<int64_t>& rows,
                                     const SamplerSettings& settings, int64_t num_batches,
                                     uint64_t seed);

// InvalidArgument: fewer than P identities of these rows have what `settings` asks for.
absl::Status CheckIdentities(const std::vector<int64_t>& labels, const std::vector<int64_t>& rows,
                             const SamplerSettings& settings);

// The same rows in an order in which a batch of consecutive ones has pairs: first `images` of each
// identity, then the next ones of each, the last group of an identity may be smaller.
std::vector<int64_t> GroupByIdentity(const std::vector<int64_t>& labels,
                                     const std::vector<int64_t>& rows, int64_t images);

// Two images of one identity and one of another are there: all that a tuple needs.
bool HasTuples(const std::vector<int64_t>& labels);

}  // namespace facet

#endif  // FACET_CORE_TRAINING_SAMPLER_H_
