// A user's own images as a table, and pairs of them as another: any data set and protocol without a
// plugin of its own.
//
//   list   one face a row
//     path, identity        needed; paths are below root; identity may be empty (unknown)
//     key                   unique; else the path, with "#2", "#3" for further faces of it
//     x, y, width, height   box, px
//     lx1, ly1, lx2, ...    2, 5, 9 or 68 landmarks, px
//     score, pose, rank, curated, video, frame, fold
//   pairs  optional
//     first, second         keys of images, or names of videos (a template is then all its frames)
//     genuine               0, 1, false, true
//     fold                  from 0; without the column, `folds` equal runs in order
//
// Tables have a header line and are separated by commas, semicolons or tabs; fields may be quoted;
// there are no comments (datasets/image_table.h says all). A face or a pair that is listed again
// counts again, and a notice says so. Samples are in the list's order, templates in that of the
// pairs. Where the list has no fold of a sample, its identity's fold is that of its pairs, if they
// all lie in one.
// Files are looked for: missing = "skip" counts images that are not there and drops their pairs,
// and folds that have none left.
// Errors: what is not of the tables' form, by file and line; missing images; no image left.
// Example: data = { use = "image_list", root = "${FACET_DATA}/mine", list = "images.csv" }
#include <filesystem>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "core/api/dataset.h"
#include "plugins/datasets/image_table.h"
#include "plugins/datasets/own_pairs.h"
#include "plugins/lists/words.h"

namespace {

using facet::DatasetContents;
using facet::Pair;
using facet::Protocol;
using facet::Sample;
using facet::Thousands;

struct Options {
  std::string root;
  std::string list;
  std::string pairs;
  std::string protocol = "folds";
  std::string name;
  std::string missing = "refuse";
  std::vector<std::string> ignore;
  int64_t folds = 10;

  void Visit(facet::OptionVisitor& v) {
    v("root", root, facet::Required(facet::InputDirectory({"**/*"})),
      "folder that the paths are below");
    v("list", list, facet::Required(facet::InputFile()), "table of images");
    v("pairs", pairs, facet::InputFile(), "table of pairs; empty: no protocol");
    v("protocol", protocol, facet::OneOf({"folds", "split"}),
      "cross-validation, or fold 0 tunes and fold 1 is reported");
    v("name", name, facet::Any(), "the protocol's name in reports; empty: \"image list\"");
    v("missing", missing, facet::OneOf({"refuse", "skip"}),
      "a listed image that is not there: refuse, or leave it out");
    v("ignore", ignore, facet::Any(), "columns of the list to pass over");
    v("folds", folds, facet::Range(2, 1000), "where the pairs name no fold: so many equal runs");
  }
};

class ImageList final : public facet::Dataset {
 public:
  explicit ImageList(const Options& options) : options_(options) {}

  std::string root() const override { return options_.root; }

  absl::StatusOr<DatasetContents> Load() override {
    contents_ = {};
    FACET_ASSIGN_OR_RETURN(contents_.samples, facet::ReadImageTable(options_.list, options_.ignore,
                                                                    &contents_.notices));
    if (!options_.pairs.empty()) {
      FACET_ASSIGN_OR_RETURN(
          facet::PairTable table,
          facet::ReadPairTable(options_.pairs, options_.protocol == "split", options_.folds,
                               contents_.samples, &contents_.notices));
      contents_.protocol = std::move(table.protocol);
      names_folds_ = table.names_folds;
      contents_.protocol.name =
          absl::StrCat(options_.name.empty() ? "image list" : options_.name, " (",
                       std::filesystem::path(options_.pairs).filename().string(), ")");
      FACET_RETURN_IF_ERROR(CheckFolds());
    }
    FACET_RETURN_IF_ERROR(TakePresent());
    contents_.counts["images"] = static_cast<int64_t>(contents_.samples.size());
    if (!options_.pairs.empty()) {
      facet::NoteOneSidedFolds(options_.pairs, CureOfOneSidedFolds(), &contents_);
      contents_.counts["pairs"] = static_cast<int64_t>(contents_.protocol.pairs.size());
    }
    return std::move(contents_);
  }

 private:
  std::string CureOfOneSidedFolds() const {
    if (names_folds_) return "the column `fold` must give each fold pairs of both kinds";
    const bool fewer = options_.protocol == "folds" && options_.folds > 2;
    return absl::StrCat("a column `fold` mixes them",
                        fewer ? ", or the option `folds` with a smaller number" : "");
  }

  // Folds of samples: in range, and from the pairs where the list gives none.
  absl::Status CheckFolds() {
    const Protocol& protocol = contents_.protocol;
    std::map<std::string, std::set<int64_t>> folds_of;
    for (const Pair& pair : protocol.pairs) {
      for (const int64_t side : {pair.first, pair.second}) {
        const int64_t sample = protocol.templates[static_cast<size_t>(side)].samples[0];
        folds_of[contents_.samples[static_cast<size_t>(sample)].identity].insert(pair.fold);
      }
    }
    for (Sample& sample : contents_.samples) {
      if (sample.fold >= protocol.num_folds) {
        return absl::InvalidArgumentError(
            absl::StrCat(options_.list, ": \"", sample.key, "\" is in fold ", sample.fold,
                         ", the pairs have folds 0 to ", protocol.num_folds - 1));
      }
      const auto folds = folds_of.find(sample.identity);
      if (sample.fold < 0 && !sample.identity.empty() && folds != folds_of.end() &&
          folds->second.size() == 1) {
        sample.fold = *folds->second.begin();
      }
    }
    return absl::OkStatus();
  }

  // Leaves out samples without a file and what they are part of.
  absl::Status TakePresent() {
    facet::Missing missing;
    std::vector<int64_t> new_index(contents_.samples.size(), -1);
    std::vector<Sample> present;
    for (size_t i = 0; i < contents_.samples.size(); ++i) {
      Sample& sample = contents_.samples[i];
      if (std::filesystem::is_regular_file(absl::StrCat(options_.root, "/", sample.path))) {
        new_index[i] = static_cast<int64_t>(present.size());
        present.push_back(std::move(sample));
      } else {
        missing.Add(sample.path);
      }
    }
    const auto listed = static_cast<int64_t>(contents_.samples.size());
    contents_.samples = std::move(present);
    if (missing.count() == 0) return absl::OkStatus();
    const std::string what = absl::StrCat(Thousands(missing.count()), " of ", Thousands(listed),
                                          " listed images are missing: ", missing.Names());
    if (options_.missing == "refuse" || contents_.samples.empty()) {
      return absl::NotFoundError(absl::StrCat(
          what, " (below ", options_.root, ")",
          contents_.samples.empty() ? "" : "; leave them out with missing = \"skip\""));
    }
    contents_.counts["missing images"] = missing.count();
    contents_.notices.push_back(what + ".");
    return facet::Annotate(DropTemplates(new_index), what);
  }

  // Templates that lost a sample go, with their pairs; the others' samples are renumbered.
  absl::Status DropTemplates(const std::vector<int64_t>& new_index) {
    Protocol& protocol = contents_.protocol;
    std::vector<int64_t> new_template(protocol.templates.size(), -1);
    std::vector<facet::Template> kept;
    for (size_t t = 0; t < protocol.templates.size(); ++t) {
      bool whole = true;
      for (int64_t& sample : protocol.templates[t].samples) {
        sample = new_index[static_cast<size_t>(sample)];
        whole = whole && sample >= 0;
      }
      if (!whole) continue;
      new_template[t] = static_cast<int64_t>(kept.size());
      kept.push_back(std::move(protocol.templates[t]));
    }
    protocol.templates = std::move(kept);
    const size_t all = protocol.pairs.size();
    std::vector<Pair> pairs;
    for (Pair pair : protocol.pairs) {
      pair.first = new_template[static_cast<size_t>(pair.first)];
      pair.second = new_template[static_cast<size_t>(pair.second)];
      if (pair.first < 0 || pair.second < 0) continue;
      pairs.push_back(pair);
    }
    protocol.pairs = std::move(pairs);
    if (const size_t dropped = all - protocol.pairs.size(); dropped > 0) {
      contents_.counts["skipped pairs"] = static_cast<int64_t>(dropped);
    }
    return options_.pairs.empty() ? absl::OkStatus() : facet::DropEmptyFolds(&contents_);
  }

  const Options options_;
  DatasetContents contents_;
  bool names_folds_ = false;
};

}  // namespace

FACET_PLUGIN(facet::Dataset, ImageList, Options, "image_list",
             "your own images and pairs as tables (CSV, TSV)", "")
