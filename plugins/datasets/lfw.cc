// Labeled Faces in the Wild (Huang et al. 2007): official files and layout.
//
//   <root>/pairs.txt people.txt                  view 2: 10 folds, for reporting
//   <root>/pairsDevTrain.txt pairsDevTest.txt    view 1: for choosing models; DevTrain is fold 0 of
//                                                a split protocol, DevTest fold 1
//   <root>/{images,lfw,lfw-deepfunneled,lfw_funneled}/Name/Name_0001.jpg, or option `images`
//
// view = "auto" is view 2 where every image of its pairs is there, else view 1, said in a notice.
// Samples are in order of name and number; each carries the fold of its person. Those of view 2 are
// the images of the pairs and, with all_images, every other image of people.txt that is there: the
// unrestricted protocol trains on them. Without people.txt the folds come from the pairs.
// Errors: lists that break their form or the protocol's rules (datasets/lfw_lists.h), by file and
// line; missing images, unless missing = "skip" drops their pairs, and folds that have none left:
// figures are then not official.
//
// Images of another ending (.png, .JPG), and pairs of your own whose people are in several folds,
// are for `image_list`. Its two tables, made in the folder of people's folders from a pairs.txt:
//   (echo path,identity; for f in */*.png; do echo "$f,${f%%/*}"; done) >images.csv
//   awk -v end=png 'function p(n, i) { return sprintf("%s/%s_%04d.%s", n, n, i, end) }
//     NR == 1 { size = 2 * $NF; print "first,second,genuine,fold"; next }
//     { print p($1, $2) "," (NF == 3 ? p($1, $3) ",1," : p($3, $4) ",0,") int((NR - 2) / size) }
//     ' pairs.txt >pairs.csv
// Example: data = { use = "lfw", root = "${FACET_DATA}/lfw", view = "2" }
#include <algorithm>
#include <filesystem>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "core/api/dataset.h"
#include "plugins/datasets/lfw_lists.h"
#include "plugins/datasets/official_pairs.h"
#include "plugins/datasets/own_pairs.h"
#include "plugins/lists/path_below.h"
#include "plugins/lists/words.h"

namespace {

using facet::DatasetContents;
using facet::LfwImage;
using facet::LfwPair;
using facet::LfwView;
using facet::Missing;
using facet::Protocol;
using facet::Thousands;

// Of the lines of the official pairs (LfwView), from pairs.txt of SHA-256 ea42330c..., and from
// pairsDevTrain.txt, 1d454dad..., and pairsDevTest.txt, 7cb06600..., as scikit-learn checks them.
constexpr char kView2Sha256[] = "b1e0ed2c67f28876aef590e08d89787312e9662fef67c8fc7460715795030413";
constexpr char kView1Sha256[] = "43c170e160ab9132f906ecb8077abb2b95cf1cd249165f78a42a0abd8d797cc7";

struct Options {
  std::string root;
  std::string images;
  std::string view = "auto";
  std::string missing = "refuse";
  bool all_images = true;

  void Visit(facet::OptionVisitor& v) {
    v("root", root,
      facet::Required(
          facet::InputDirectory({"*.txt", "images", "lfw", "lfw-*", "lfw_*", "**/*.jpg"})),
      "folder of the lists and the images");
    v("images", images, facet::Any(), "folder of the people's folders, below root; empty: look");
    v("view", view, facet::OneOf({"auto", "1", "2"}), "2: report; 1: choose models");
    v("missing", missing, facet::OneOf({"refuse", "skip"}),
      "an image of a pair that is not there: refuse, or leave its pairs out");
    v("all_images", all_images, facet::Any(), "view 2: take images that no pair uses, too");
  }
};

class Lfw final : public facet::Dataset {
 public:
  explicit Lfw(const Options& options) : options_(options) {}

  std::string root() const override { return options_.root; }

  absl::StatusOr<DatasetContents> Load() override {
    contents_ = {};
    FACET_RETURN_IF_ERROR(FindImages());
    FACET_ASSIGN_OR_RETURN(LfwView view, ChooseView());
    const std::vector<std::string> listed = view.Lines();
    FACET_RETURN_IF_ERROR(TakePairs(view));
    FACET_RETURN_IF_ERROR(MakeContents(view));
    const bool view2 = view.kind == Protocol::Kind::kFolds;
    contents_.protocol.name = absl::StrCat(
        view.name, " (",
        facet::SourceOfPairs(listed, view2 ? kView2Sha256 : kView1Sha256, view.pairs.size()), ")");
    return std::move(contents_);
  }

 private:
  absl::Status FindImages() {
    std::vector<std::string> places = {"images", "lfw", "lfw-deepfunneled", "lfw_funneled"};
    if (!options_.images.empty()) {
      const absl::StatusOr<std::string> place = facet::PathBelow(options_.images);
      if (!place.ok()) return facet::Annotate(place.status(), "images");
      places = {*place};
    }
    for (const std::string& place : places) {
      if (std::filesystem::is_directory(absl::StrCat(options_.root, "/", place))) {
        images_ = place;
        return absl::OkStatus();
      }
    }
    return absl::NotFoundError(
        absl::StrCat("no images of LFW in ", options_.root, ": expected the people's folders in ",
                     absl::StrJoin(places, "/, "), "/; name another place with `images`"));
  }

  std::string List(const char* name) const { return absl::StrCat(options_.root, "/", name); }
  // Below root.
  std::string File(const LfwImage& image) const {
    return absl::StrCat(images_, images_.empty() ? "" : "/", image.Path());
  }
  bool Exists(const LfwImage& image) const {
    return std::filesystem::is_regular_file(absl::StrCat(options_.root, "/", File(image)));
  }
  Missing MissingImages(const LfwView& view) const {
    std::set<LfwImage> images;
    for (const LfwPair& pair : view.pairs) images.insert({pair.first, pair.second});
    Missing missing;
    for (const LfwImage& image : images) {
      if (!Exists(image)) missing.Add(image.Path());
    }
    return missing;
  }

  absl::StatusOr<LfwView> ChooseView() {
    if (options_.view == "1") return facet::ReadLfwView1(options_.root);
    if (options_.view == "2") return facet::ReadLfwView2(options_.root);
    if (!std::filesystem::exists(List("pairs.txt"))) {
      contents_.notices.push_back("LFW view 1, because pairs.txt is not there.");
      return facet::ReadLfwView1(options_.root);
    }
    FACET_ASSIGN_OR_RETURN(LfwView view, facet::ReadLfwView2(options_.root));
    const Missing missing = MissingImages(view);
    if (missing.count() == 0) return view;
    contents_.notices.push_back(absl::StrCat(
        "LFW view 1 (for choosing models, not for reporting), because ", Thousands(missing.count()),
        " of the images of view 2 are missing: ", missing.Names(), "."));
    return facet::ReadLfwView1(options_.root);
  }

  // Refuses or drops the pairs whose images are missing.
  absl::Status TakePairs(LfwView& view) {
    const Missing missing = MissingImages(view);
    if (missing.count() == 0) return absl::OkStatus();
    const std::string what = absl::StrCat(Thousands(missing.count()), " images of the pairs of ",
                                          view.name, " are missing: ", missing.Names());
    const size_t all = view.pairs.size();
    view.pairs.erase(std::remove_if(view.pairs.begin(), view.pairs.end(),
                                    [this](const LfwPair& pair) {
                                      return !Exists(pair.first) || !Exists(pair.second);
                                    }),
                     view.pairs.end());
    const int64_t folds = facet::NumFoldsOf(view.pairs);
    const std::string kept = absl::StrCat(Thousands(static_cast<int64_t>(view.pairs.size())),
                                          " of ", Thousands(static_cast<int64_t>(all)), " pairs");
    if (options_.missing == "refuse" || folds < 2) {
      const std::string other =
          facet::OtherEnding(absl::StrCat(ImageFolder(), "/", missing.first()));
      std::string cure = absl::StrCat(
          other, " is there, but `lfw` reads NAME_0001.jpg alone, in small letters: rename the ",
          "files, or take ", facet::ImageListAdvice(ImageFolder(), false),
          " (`facet plugins describe dataset/lfw` has the commands that write both)");
      if (other.empty()) {
        cure = absl::StrCat("Official figures need all pairs: add the images",
                            view.kind == Protocol::Kind::kFolds
                                ? ", or take view = \"1\" (where its images are complete)"
                                : "",
                            folds < 2 ? "" : ", or leave pairs out with missing = \"skip\"");
      }
      return absl::NotFoundError(absl::StrCat(what, " (below ", options_.root, "/", images_, "); ",
                                              kept, " are complete, in ", folds, " of ",
                                              view.num_folds, " folds. ", cure));
    }
    contents_.counts["missing images"] = missing.count();
    contents_.counts["skipped pairs"] = static_cast<int64_t>(all - view.pairs.size());
    contents_.notices.push_back(
        absl::StrCat(what, "; ", kept, " are scored, the figures are not official."));
    return absl::OkStatus();
  }

  std::string ImageFolder() const {
    return absl::StrCat(options_.root, images_.empty() ? "" : "/", images_);
  }

  absl::Status MakeContents(const LfwView& view) {
    std::map<LfwImage, int64_t> samples;  // -> index
    for (const LfwPair& pair : view.pairs) {
      samples.insert({{pair.first, 0}, {pair.second, 0}});
    }
    const std::map<LfwImage, int64_t> paired = samples;
    if (options_.all_images && view.kind == Protocol::Kind::kFolds) {
      for (const auto& [name, person] : view.people) {
        for (int64_t number = 1; number <= person.num_images; ++number) {
          const LfwImage image = {name, number};
          if (samples.count(image) == 0 && Exists(image)) samples.emplace(image, 0);
        }
      }
    }
    std::map<LfwImage, int64_t> templates;
    Protocol& protocol = contents_.protocol;
    for (auto& [image, index] : samples) {
      index = static_cast<int64_t>(contents_.samples.size());
      facet::Sample sample;
      sample.key = image.Path();
      sample.path = File(image);
      sample.identity = image.name;
      sample.fold = view.people.at(image.name).fold;
      if (paired.count(image) > 0) {
        templates[image] = static_cast<int64_t>(protocol.templates.size());
        protocol.templates.push_back({sample.key, {index}});
      }
      contents_.samples.push_back(std::move(sample));
    }
    protocol.kind = view.kind;
    protocol.num_folds = view.num_folds;
    for (const LfwPair& pair : view.pairs) {
      protocol.pairs.push_back(
          {templates.at(pair.first), templates.at(pair.second), pair.genuine, pair.fold});
    }
    contents_.counts["images"] = static_cast<int64_t>(samples.size());
    contents_.counts["images in pairs"] = static_cast<int64_t>(paired.size());
    contents_.counts["pairs"] = static_cast<int64_t>(protocol.pairs.size());
    return facet::DropEmptyFolds(&contents_);
  }

  const Options options_;
  std::string images_;  // below root
  DatasetContents contents_;
};

}  // namespace

FACET_PLUGIN(facet::Dataset, Lfw, Options, "lfw", "Labeled Faces in the Wild, views 1 and 2",
             "Huang et al. 2007, UMass TR 07-49")
