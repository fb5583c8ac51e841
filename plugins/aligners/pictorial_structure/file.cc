#include <charconv>
#include <cmath>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "plugins/aligners/patches/landmark_training.h"
#include "plugins/aligners/pictorial_structure/model.h"

namespace facet {
namespace {

constexpr char kHeader[] = "facet pictorial 1";

// Words of the text one by one; after the first that is not what was asked, all fail.
class Words {
 public:
  explicit Words(const std::string& text) : rest_(text) {}

  bool Word(std::string_view wanted) { return Expect(Next() == wanted); }
  template <class Number>
  bool Value(Number* value) {
    const std::string_view word = Next();
    const auto [end, error] = std::from_chars(word.data(), word.data() + word.size(), *value);
    return Expect(error == std::errc() && end == word.data() + word.size() &&
                  std::isfinite(static_cast<double>(*value)));
  }
  bool Expect(bool kept) { return ok_ = ok_ && kept; }
  bool ok() const { return ok_; }
  int64_t number() const { return number_; }

 private:
  std::string_view Next() {
    const size_t begin = rest_.find_first_not_of(" \n");
    if (begin == std::string_view::npos) return {};
    rest_.remove_prefix(begin);
    const size_t end = std::min(rest_.size(), rest_.find_first_of(" \n"));
    const std::string_view word = rest_.substr(0, end);
    rest_.remove_prefix(end);
    if (ok_) ++number_;
    return word;
  }

  std::string_view rest_;
  bool ok_ = true;
  int64_t number_ = 0;
};

bool ReadTree(Words& words, PartTree* tree) {
  words.Word("tree");
  words.Value(&tree->log_weight);
  int roots = 0;
  for (int part = 0; part < kNumParts && words.ok(); ++part) {
    TreePart edge;
    words.Value(&edge.parent);
    words.Value(&edge.offset.x);
    words.Value(&edge.offset.y);
    words.Value(&edge.variance);
    words.Expect(edge.parent >= -1 && edge.parent < kNumParts && edge.variance > 0);
    roots += edge.parent < 0;
    tree->parts.push_back(edge);
  }
  if (!words.Expect(roots == 1)) return false;
  // Every part leads to the root in fewer steps than there are parts.
  for (int part = 0; part < kNumParts; ++part) {
    int at = part;
    for (int step = 0; step < kNumParts && at >= 0; ++step) {
      at = tree->parts[static_cast<size_t>(at)].parent;
    }
    words.Expect(at < 0);
  }
  return words.ok();
}

bool ReadPart(Words& words, PartModel* part) {
  PartMask& mask = part->mask;
  int num_stumps = 0;
  words.Word("part");
  for (int* value : {&mask.x, &mask.y, &mask.width, &mask.height, &num_stumps}) words.Value(value);
  words.Expect(mask.x >= 0 && mask.y >= 0 && mask.width > 0 && mask.height > 0 &&
               mask.x <= kMapPx && mask.y <= kMapPx && mask.width <= kMapPx - mask.x &&
               mask.height <= kMapPx - mask.y && num_stumps >= 1);
  for (int i = 0; i < num_stumps && words.ok(); ++i) {
    HaarStump stump;
    int kind = 0;
    words.Value(&kind);
    stump.feature.kind = static_cast<HaarKind>(kind);
    for (int* value : {&stump.feature.x, &stump.feature.y, &stump.feature.cell_width,
                       &stump.feature.cell_height}) {
      words.Value(value);
    }
    words.Expect(kind >= 0 && kind < kHaarKinds && FitsWindow(stump.feature));
    for (float* value : {&stump.threshold, &stump.above, &stump.below}) words.Value(value);
    part->classifier.push_back(stump);
  }
  return words.ok();
}

}  // namespace

std::string FormatPictorial(const PictorialModel& model) {
  std::string text = absl::StrCat(kHeader, "\ntrees ", model.trees.size(), "\n");
  for (const PartTree& tree : model.trees) {
    absl::StrAppendFormat(&text, "tree %.17g\n", tree.log_weight);
    for (const TreePart& part : tree.parts) {
      absl::StrAppendFormat(&text, "%d %.17g %.17g %.17g\n", part.parent, part.offset.x,
                            part.offset.y, part.variance);
    }
  }
  for (const PartModel& part : model.parts) {
    absl::StrAppendFormat(&text, "part %d %d %d %d %d\n", part.mask.x, part.mask.y, part.mask.width,
                          part.mask.height, part.classifier.size());
    for (const HaarStump& stump : part.classifier) {
      const HaarFeature& feature = stump.feature;
      absl::StrAppendFormat(&text, "%d %d %d %d %d %.9g %.9g %.9g\n",
                            static_cast<int>(feature.kind), feature.x, feature.y,
                            feature.cell_width, feature.cell_height, stump.threshold, stump.above,
                            stump.below);
    }
  }
  return text + "end\n";
}

absl::StatusOr<PictorialModel> ParsePictorial(const std::string& text, const std::string& path) {
  if (text.rfind(absl::StrCat(kHeader, "\n"), 0) != 0) {
    return WrongModelError(path, "pictorial",
                           absl::StrCat("its first line is not \"", kHeader, "\""));
  }
  const std::string body = text.substr(sizeof(kHeader));
  Words words(body);
  PictorialModel model;
  int num_trees = 0;
  words.Word("trees");
  words.Value(&num_trees);
  words.Expect(num_trees >= 1 && num_trees <= 100);
  for (int t = 0; t < num_trees && words.ok(); ++t) {
    model.trees.emplace_back();
    ReadTree(words, &model.trees.back());
  }
  for (PartModel& part : model.parts) {
    if (words.ok()) ReadPart(words, &part);
  }
  if (words.ok()) words.Word("end");
  if (!words.ok()) {
    return absl::DataLossError(
        absl::StrCat(path, ": the model of the aligner pictorial is damaged at word ",
                     words.number(), " after its first line; train it again"));
  }
  return model;
}

}  // namespace facet
