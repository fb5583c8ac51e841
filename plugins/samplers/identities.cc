// Batches of P identities with K images each, Hermans et al., arXiv:1703.07737, section 2.1, so
// that every image has others of its identity to be compared with: P = train.batch / K.
//
// In:  labels [N].
// Out: max(1, N / batch) batches; the K images of an identity stand together. All identities have
//      had their turn before one has its next, but a round's rest below P waits for the next round;
//      so do an identity's images below K. So every identity comes equally often, whatever its
//      number of images. An identity with fewer than K images shows some of them again
//      (few_images); an image that is shown twice is a pair with itself, which teaches nothing: of
//      losses over pairs or triplets the train stage counts it as none.
// Errors: InvalidArgument if train.batch is no P * K with P at least 2, or fewer than P identities
// have what few_images asks for.
// Beside it, a key of the host: train.batch.
// Example:  train.sampler = { use = "identities", images = 4 }
#include <algorithm>
#include <string>

#include "absl/strings/str_cat.h"
#include "core/api/sampler.h"
#include "core/base/random.h"
#include "plugins/samplers/identity_decks.h"

namespace facet {
namespace {

struct Options {
  int64_t images = 4;
  std::string few_images = "repeat";

  void Visit(OptionVisitor& v) {
    v("images", images, AtLeast(2), "K, of each identity of a batch; P is train.batch / K");
    v("few_images", few_images, OneOf({"repeat", "leave_out"}),
      "an identity with fewer than K training images: shown repeatedly (its only image: as a pair "
      "with itself), or not at all");
  }
};

// The number closest to `images` that a batch can be divided by, 0 if there is none.
int64_t ClosestDivisor(int64_t batch, int64_t images) {
  for (int64_t away = 1; away < batch + images; ++away) {
    for (const int64_t divisor : {images - away, images + away}) {
      if (divisor >= 2 && 2 * divisor <= batch && batch % divisor == 0) return divisor;
    }
  }
  return 0;
}

class Identities final : public Sampler {
 public:
  static constexpr Traits kTraits = {Trait::kGroupsIdentities};
  explicit Identities(const Options& options) : options_(options) {}

  absl::Status Check(const std::vector<int64_t>& labels, int64_t batch) const override {
    FACET_RETURN_IF_ERROR(CheckBatch(batch));
    const auto count = static_cast<int64_t>(Shown(labels).size());
    const int64_t needed = batch / options_.images;
    if (count >= needed) return absl::OkStatus();
    return absl::InvalidArgumentError(absl::StrCat(
        "train.batch = ", batch, " holds ", needed, " identities with train.sampler.images = ",
        options_.images, " each, but the training images show ", count, " identities",
        leaves_out() ? absl::StrCat(" with at least ", options_.images, " each") : "",
        count >= 2 ? absl::StrCat("; set train.batch to ", count * options_.images, " or less")
                   : "; at least 2 are needed",
        RepeatWords(labels, needed)));
  }

  std::vector<int64_t> Epoch(const std::vector<int64_t>& labels, int64_t batch,
                             uint64_t seed) const override {
    Random random(seed);
    IdentityDecks decks(Shown(labels));
    std::vector<int64_t> order;
    for (int64_t i = 0; i < NumBatches(static_cast<int64_t>(labels.size()), batch); ++i) {
      decks.Deal(batch / options_.images, options_.images, random, &order);
    }
    return order;
  }

  bool repeats() const override { return true; }
  int64_t images_together() const override { return options_.images; }

 private:
  // Repeating helps where there are pairs of different images all the same.
  std::string RepeatWords(const std::vector<int64_t>& labels, int64_t needed) const {
    const std::vector<std::vector<int64_t>> identities = ImagesOfLabels(labels);
    const auto several =
        std::count_if(identities.begin(), identities.end(),
                      [](const std::vector<int64_t>& images) { return images.size() >= 2; });
    if (!leaves_out() || several < needed) return "";
    return ", or set train.sampler.few_images = \"repeat\", which shows images of the others more "
           "than once in a batch";
  }

  bool leaves_out() const { return options_.few_images == "leave_out"; }

  absl::Status CheckBatch(int64_t batch) const {
    const int64_t images = options_.images, identities = batch / images;
    if (identities >= 2 && batch % images == 0) return absl::OkStatus();
    const int64_t divisor = ClosestDivisor(batch, images);
    return absl::InvalidArgumentError(
        absl::StrCat("train.batch = ", batch, " is no multiple of train.sampler.images = ", images,
                     " that holds at least 2 identities; set train.batch to ",
                     identities >= 2 ? absl::StrCat(identities * images, " or ") : "",
                     std::max<int64_t>(2, identities + 1) * images,
                     divisor > 0 ? absl::StrCat(", or train.sampler.images to ", divisor) : ""));
  }

  // Images of the identities that may be shown.
  std::vector<std::vector<int64_t>> Shown(const std::vector<int64_t>& labels) const {
    std::vector<std::vector<int64_t>> identities = ImagesOfLabels(labels);
    if (!leaves_out()) return identities;
    const auto has_few = [this](const std::vector<int64_t>& images) {
      return static_cast<int64_t>(images.size()) < options_.images;
    };
    identities.erase(std::remove_if(identities.begin(), identities.end(), has_few),
                     identities.end());
    return identities;
  }

  const Options options_;
};

}  // namespace
}  // namespace facet

FACET_PLUGIN(facet::Sampler, facet::Identities, facet::Options, "identities",
             "batches of some images each of some identities", "Hermans et al., arXiv:1703.07737")
