// Traits: what the host must know of a component before it loads the library, because of what it
// has to bring or to keep. A class that has some says so:
//
//   class Pictorial final : public facet::Aligner {
//    public:
//     static constexpr facet::Traits kTraits = {facet::Trait::kTrainable};
//
// A trait belongs to one kind. Its name stands in schema files and in `facet plugins describe
// --json`; two kinds may use one word.
#ifndef FACET_CORE_API_TRAIT_H_
#define FACET_CORE_API_TRAIT_H_

#include <cstdint>
#include <initializer_list>
#include <string_view>

namespace facet {

// Each is a bit of the descriptor: new ones go to the end, and a place is never used again.
enum class Trait : uint8_t {
  kTrainable,         // it learns a model: from its option `model`, or Train in a stage of its own
  kFromCuration,      // its images are of a curation manifest: of its option `file`, or the row's
  kScoresDetections,  // it takes all faces that a detector found in each sample's image
  kScoresLandmarks,   // it takes the landmarks that an aligner found for each sample
  kScoresIdentities,  // it takes identities instead of pairs: data without a protocol serves too
  kShowsCuration,     // it takes what the row's curator measured and nothing else: no test set
  kMakesImages,       // it makes the images: the host keeps its folder of them
  kTakesFaces,        // it takes the faces of the images left
  kTakesScores,       // it takes what a trained classifier says of the images left
  kFixed,             // its weights come with its own file, or it has none: nothing trains it
  kTakesTuples,  // it learns from pairs or triplets: it needs images of one identity in a batch
  kGroupsIdentities,  // its batches hold several images of each identity
  kMinesForAnchors,   // it is an AnchorMiner (miner.h)
  kComparesAnchors,   // it is an AnchorLoss (loss.h)
};

struct TraitInfo {
  Trait trait;
  const char* kind;
  const char* name;
};

inline constexpr TraitInfo kTraitTable[] = {
    {Trait::kTrainable, "aligner", "trainable"},
    {Trait::kFromCuration, "dataset", "curation"},
    {Trait::kScoresDetections, "evaluator", "detections"},
    {Trait::kScoresLandmarks, "evaluator", "landmarks"},
    {Trait::kScoresIdentities, "evaluator", "identities"},
    {Trait::kShowsCuration, "evaluator", "curation"},
    {Trait::kMakesImages, "curator", "images"},
    {Trait::kTakesFaces, "curator", "faces"},
    {Trait::kTakesScores, "curator", "scores"},
    {Trait::kFixed, "architecture", "fixed"},
    {Trait::kTakesTuples, "loss", "tuples"},
    {Trait::kGroupsIdentities, "sampler", "identities"},
    {Trait::kMinesForAnchors, "miner", "anchors"},
    {Trait::kComparesAnchors, "loss", "anchors"},
};

class Traits {
 public:
  constexpr Traits() = default;
  constexpr Traits(std::initializer_list<Trait> traits) {
    for (const Trait trait : traits) bits_ |= Bit(trait);
  }
  static constexpr Traits OfBits(uint32_t bits) {
    Traits traits;
    traits.bits_ = bits;
    return traits;
  }
  // Those that a component of the kind may have.
  static constexpr Traits OfKind(std::string_view kind) {
    Traits traits;
    for (const TraitInfo& info : kTraitTable) {
      if (kind == info.kind) traits.bits_ |= Bit(info.trait);
    }
    return traits;
  }

  constexpr uint32_t bits() const { return bits_; }
  constexpr bool empty() const { return bits_ == 0; }
  constexpr bool Has(Trait trait) const { return (bits_ & Bit(trait)) != 0; }
  constexpr bool HasAll(Traits others) const { return others.Without(*this).empty(); }
  constexpr bool HasAny(Traits others) const { return (bits_ & others.bits_) != 0; }
  constexpr Traits Without(Traits others) const { return OfBits(bits_ & ~others.bits_); }

 private:
  static constexpr uint32_t Bit(Trait trait) { return uint32_t{1} << static_cast<uint8_t>(trait); }

  uint32_t bits_ = 0;
};

}  // namespace facet

#endif  // FACET_CORE_API_TRAIT_H_
