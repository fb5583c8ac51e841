// What a sampler's batches hold for a loss of pairs or triplets, by their labels alone.
#ifndef FACET_CORE_TRAINING_TUPLE_SUPPLY_H_
#define FACET_CORE_TRAINING_TUPLE_SUPPLY_H_

#include <cstdint>
#include <string>
#include <vector>

namespace facet {

// Whether images with these labels can be a tuple that begins with one of the first `num_anchors`:
// another image of its identity is there, and one of another.
bool CanHaveTuples(const std::vector<int64_t>& labels, int64_t num_anchors);

struct TupleSupply {
  int64_t batch = 0;                 // images of one
  int64_t batches = 0, without = 0;  // looked at; those that can have no tuple
  int64_t images = 0, identities = 0;
  int64_t with_several = 0;  // identities with two images or more
  int64_t fewest = 0;        // images of one of those
  // Of a sampler that shows an image more than once in a batch: those of `without` whose tuples are
  // of an image with itself; all pairs of one identity, and those of an image with itself.
  int64_t of_itself = 0, pairs = 0, pairs_of_itself = 0;

  void AddIdentity(int64_t count);  // with so many images

  double share_without() const {
    return batches == 0 ? 0.0 : static_cast<double>(without) / static_cast<double>(batches);
  }
  double share_of_itself() const {
    return batches == 0 ? 0.0 : static_cast<double>(of_itself) / static_cast<double>(batches);
  }
  double pairs_share_of_itself() const {
    return pairs == 0 ? 0.0 : static_cast<double>(pairs_of_itself) / static_cast<double>(pairs);
  }
};

// labels: of all training images. Then epoch by epoch: which of them its batches consist of. A
// tuple is of different images: one that comes twice in a batch is no pair.
TupleSupply SupplyOf(const std::vector<int64_t>& labels, int64_t batch);
void AddEpoch(const std::vector<int64_t>& labels, const std::vector<int64_t>& order,
              TupleSupply* supply);

// How many pairs of one identity a batch holds on average, if it is drawn at random from identities
// with so many images each. No more than that share of the batches has one (Markov's inequality).
double ExpectedPairs(const std::vector<int64_t>& images_of_identities, int64_t batch);

// "41 of the first 43 batches of 8 that train.sampler \"random\" makes of 600 images of 300
// identities have no two images of one identity beside one of another".
std::string TextOf(const TupleSupply& supply, const std::string& sampler);
// "62 % of the pairs of one identity ... are an image with itself: of 300 identities 260 have one
// training image, the others 2 or more".
std::string TextOfItself(const TupleSupply& supply, const std::string& sampler);
// What to do about it: "use train.sampler = { use = \"identities\", images = 2 }".
std::string CureOf(const TupleSupply& supply);

}  // namespace facet

#endif  // FACET_CORE_TRAINING_TUPLE_SUPPLY_H_
