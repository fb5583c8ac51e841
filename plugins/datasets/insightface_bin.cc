// The verification sets of InsightFace (Deng et al. 2019): lfw.bin, cfp_fp.bin, agedb_30.bin ...
//
// One file: Python's pickle of a list of image files (JPEG, 112 x 112 px, aligned already) and a
// list of truth values; images 2i and 2i + 1 are pair i, genuine where value i is true. Both may be
// NumPy's: arrays of bytes, truths as scalars or an array. It is read without running anything
// (datasets/pickle/pickle.h); other pickles are refused. The protocol is
// InsightFace's: `folds` runs of consecutive pairs, the first (pairs mod folds) of them one longer,
// as scikit-learn's KFold without shuffling cuts them. Who is on an image is not known: identities
// are empty. Pixels go through Render(); the dataset stage stores them as JPEG of high quality, so
// they differ from the file's by one more compression. Keys are "image_000000" on. Where the pairs
// are sorted, folds may be of one kind alone, which a notice says, with the number of folds that
// helps. Faces are aligned: take detector `central` with side 1 and aligner `none`.
// Errors: NotFound; a file of another form, at which byte; twice as many images as truth values.
// Example: data = { use = "insightface_bin", file = "${FACET_DATA}/agedb_30.bin" }
#include <cstdint>
#include <fstream>
#include <iterator>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "core/api/dataset.h"
#include "core/image/image_io.h"
#include "plugins/datasets/own_pairs.h"
#include "plugins/datasets/pickle/pickle.h"
#include "plugins/lists/words.h"

namespace {

using facet::DatasetContents;

struct Options {
  std::string file;
  int64_t folds = 10;

  void Visit(facet::OptionVisitor& v) {
    v("file", file, facet::Required(facet::InputFile()), "the .bin file");
    v("folds", folds, facet::Range(2, 100), "of cross-validation; InsightFace's value");
  }
};

class InsightFaceBin final : public facet::Dataset {
 public:
  explicit InsightFaceBin(const Options& options) : options_(options) {}

  absl::StatusOr<DatasetContents> Load() override {
    std::ifstream stream(options_.file, std::ios::binary);
    if (!stream) return absl::NotFoundError(absl::StrCat("cannot read ", options_.file));
    text_.assign(std::istreambuf_iterator<char>(stream), {});
    absl::StatusOr<facet::PickledPairs> pairs = facet::ReadPickledPairs(text_);
    if (!pairs.ok()) return facet::Annotate(pairs.status(), options_.file);
    const auto num_pairs = static_cast<int64_t>(pairs->is_same.size());
    if (pairs->images.size() != 2 * pairs->is_same.size() || num_pairs < options_.folds) {
      return absl::InvalidArgumentError(absl::StrCat(
          options_.file, " has ", facet::Thousands(static_cast<int64_t>(pairs->images.size())),
          " images and ", facet::Thousands(num_pairs),
          " truth values; expected two images for each and at least ", options_.folds,
          " pairs (option `folds`)"));
    }
    pairs_ = *std::move(pairs);
    DatasetContents contents = Contents(options_.folds);
    facet::NoteOneSidedFolds(options_.file, Cure(), &contents);
    return contents;
  }

  // The image's file is decoded; what is no whole image is refused.
  absl::StatusOr<facet::Image> Render(int64_t render) const override {
    if (render < 0 || render >= static_cast<int64_t>(pairs_.images.size())) {
      return absl::InvalidArgumentError(
          absl::StrCat("image ", render, " of ", pairs_.images.size(), " in ", options_.file));
    }
    const std::string_view bytes = pairs_.images[static_cast<size_t>(render)];
    absl::StatusOr<facet::Image> image = facet::DecodeImage(bytes);
    if (image.ok()) return image;
    return facet::Annotate(image.status(), absl::StrCat(options_.file, ", image ", render));
  }

 private:
  // The largest number of folds that all have both kinds.
  std::string Cure() const {
    for (int64_t folds = options_.folds - 1; folds > 1; --folds) {
      if (!facet::OneSidedFolds(Contents(folds).protocol).empty()) continue;
      return absl::StrCat("folds = ", folds, " gives each fold both");
    }
    return "write the file with pairs of both kinds in turn";
  }

  DatasetContents Contents(int64_t folds) const {
    const auto num_pairs = static_cast<int64_t>(pairs_.is_same.size());
    DatasetContents contents;
    facet::Protocol& protocol = contents.protocol;
    protocol.kind = facet::Protocol::Kind::kFolds;
    protocol.name = absl::StrCat("InsightFace verification (",
                                 options_.file.substr(options_.file.rfind('/') + 1), ")");
    protocol.num_folds = folds;
    const int64_t size = num_pairs / folds, longer = num_pairs % folds;
    int64_t fold = 0, left = size + (longer > 0);
    for (int64_t pair = 0; pair < num_pairs; ++pair, --left) {
      if (left == 0) {
        ++fold;
        left = size + (fold < longer);
      }
      for (int64_t image = 2 * pair; image < 2 * pair + 2; ++image) {
        facet::Sample sample;
        sample.key = absl::StrFormat("image_%06d", image);
        sample.render = image;
        sample.fold = fold;
        protocol.templates.push_back({sample.key, {image}});
        contents.samples.push_back(std::move(sample));
      }
      protocol.pairs.push_back(
          {2 * pair, 2 * pair + 1, pairs_.is_same[static_cast<size_t>(pair)], fold});
    }
    contents.counts["images"] = 2 * num_pairs;
    contents.counts["pairs"] = num_pairs;
    return contents;
  }

  const Options options_;
  std::string text_;
  facet::PickledPairs pairs_;  // in text_
};

}  // namespace

FACET_PLUGIN(facet::Dataset, InsightFaceBin, Options, "insightface_bin",
             "a verification set of InsightFace (.bin)", "Deng et al. 2019, arXiv:1801.07698")
