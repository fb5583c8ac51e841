#include "core/app/example_experiment.h"

#include <algorithm>
#include <iterator>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "core/api/trait.h"
#include "core/base/json.h"

namespace facet {
namespace {

constexpr size_t kMaxLine = 100;

constexpr char kTrainData[] = R"({ use = "synthetic", part = "train", people = 6, images = 6 })";
constexpr char kTestData[] =
    R"({ use = "synthetic", part = "test", people = 20, images = 2, pairs = 2 })";
constexpr char kVideos[] =
    R"({ use = "synthetic", part = "video", people = 20, images = 2, frames = 3, pairs = 1 })";
constexpr char kSmallNetwork[] =
    R"({ use = "vgg", config = "A", input_px = 32, width = 0.0625, fc_size = 16, init = "kaiming" })";
constexpr char kPixels[] = R"({ use = "pixels", input_px = 32, size_px = 8 })";
constexpr char kSmallWeb[] =
    R"({ use = "synthetic_web", people = 16, images = 16, image_size = 96 })";
struct FirstStage {
  const char *row, *from, *curator;
};
constexpr FirstStage kFirstStages[] = {
    {"web", "", kSmallWeb},
    {"people", "web",
     R"({ use = "candidates", women = 4, men = 4, min_purity = 0.5, images_judged = 8 })"},
    {"images", "people", R"({ use = "collect", top = 10 })"},
};
// Of the components that come with facet some need other company than most of their kind.
constexpr std::string_view kTestSets[] = {"lfw", "ytf", "insightface_bin"};
constexpr std::string_view kOfEpochs[] = {"random_violating"};  // miners of projections alone

template <size_t size>
bool IsOneOf(const std::string_view (&names)[size], const ComponentInfo& info) {
  return std::find(std::begin(names), std::end(names), info.name) != std::end(names);
}

std::string Quoted(const std::string& text) { return Dump(Json(text)); }
std::string Use(const std::string& name) { return absl::StrCat("{ use = ", Quoted(name), " }"); }

// What stands where the user has to say something.
Json Placeholder(const OptionSpec& option) {
  const bool is_list = option.type.find("_list") != std::string::npos;
  Json one;
  if (option.type.find("string") == 0) {
    one = !option.choices.empty() ? option.choices[0]
          : option.role.empty()   ? option.name
                                  : absl::StrCat("path/to/", option.name);
  } else if (option.type == "bool") {
    one = false;
  } else {
    double number = 1.0;
    if (option.has_min) number = std::max(number, option.min + (option.min_open ? 1.0 : 0.0));
    if (option.has_max) number = std::min(number, option.max);
    if (option.type.find("int") == 0) {
      one = static_cast<int64_t>(number);
    } else {
      one = number;
    }
  }
  return is_list ? Json::array({one}) : one;
}

// As TOML: values are numbers, text, booleans and lists of these.
std::string ValueOf(const OptionSpec& option) {
  const Json value = option.required ? Placeholder(option) : option.default_value;
  if (!value.is_array()) return Dump(value);
  std::vector<std::string> elements;
  for (const Json& element : value) elements.push_back(Dump(element));
  return absl::StrCat("[", absl::StrJoin(elements, ", "), "]");
}

// Lines of one table, and the tables below it.
class Table {
 public:
  explicit Table(std::string header) : header_(std::move(header)) {}

  Table& Set(const std::string& key, const std::string& value) {
    const auto found = std::find_if(lines_.begin(), lines_.end(),
                                    [&](const auto& line) { return line.first == key; });
    if (found == lines_.end()) {
      lines_.emplace_back(key, value);
    } else {
      found->second = value;
    }
    return *this;
  }

  Table& Unset(const std::string& key) {
    lines_.erase(std::remove_if(lines_.begin(), lines_.end(),
                                [&](const auto& line) { return line.first == key; }),
                 lines_.end());
    return *this;
  }

  // All options: in one line, or a table of their own where there are many or some must be given.
  Table& SetComponent(const std::string& key, const ComponentInfo& info) {
    std::vector<std::string> pairs = {absl::StrCat("use = ", Quoted(info.name))};
    bool required = false;
    for (const OptionSpec& option : info.options) {
      pairs.push_back(absl::StrCat(option.name, " = ", ValueOf(option)));
      required = required || option.required;
    }
    const std::string inlined = absl::StrCat("{ ", absl::StrJoin(pairs, ", "), " }");
    if (!required && key.size() + inlined.size() + 3 <= kMaxLine) return Set(key, inlined);
    Unset(key);
    const std::string path = header_.substr(header_.find_first_not_of('['));
    absl::StrAppend(&below_, "\n[", path.substr(0, path.find(']')), ".", key, "]\n", pairs[0],
                    "\n");
    for (size_t i = 0; i < info.options.size(); ++i) {
      const OptionSpec& option = info.options[i];
      absl::StrAppend(&below_, pairs[i + 1], "  # ", option.required ? "required: " : "",
                      option.doc, "\n");
    }
    return *this;
  }

  std::string Text() const {
    if (lines_.empty() && below_.empty()) return "";
    std::string text = absl::StrCat("\n", header_, "\n");
    for (const auto& [key, value] : lines_) absl::StrAppend(&text, key, " = ", value, "\n");
    return absl::StrCat(text, below_);
  }

 private:
  const std::string header_;
  std::vector<std::pair<std::string, std::string>> lines_;
  std::string below_;
};

// What all rows have, and the rows.
struct Draft {
  Table base = Table("[base]"), train = Table("[base.train]"), test = Table("[base.test]");
  std::vector<Table> more;  // further tables, then the rows

  Table& Row(const std::string& id) {
    more.emplace_back("[[row]]");
    return more.back().Set("id", Quoted(id));
  }
};

void AddTestSet(Draft* draft) {
  draft->test.Set("data", kTestData).Set("detector", Use("given")).Set("aligner", Use("none"));
}

// A network that nobody trains, for what is measured without training.
void AddPixels(Draft* draft) {
  AddTestSet(draft);
  draft->train.Set("architecture", kPixels);
  draft->test.Set("crops", R"({ kind = "one", scales = [32] })")
      .Set("evaluator", Use("verification"));
}

void AddTraining(Draft* draft) {
  draft->train.Set("data", kTrainData)
      .Set("detector", Use("given"))
      .Set("aligner", Use("none"))
      .Set("crops", "{ size_px = 36 }");
  AddPixels(draft);
  draft->train.Set("architecture", kSmallNetwork)
      .Set("loss", Use("softmax"))
      .Set("schedule", R"({ use = "plateau", rates = [1e-3] })")
      .Set("batch", "12")
      .Set("epochs", "2");
}

// Faces with landmarks, for aligners that learn.
void AddLandmarks(Draft* draft) {
  draft->more.emplace_back("[base.landmarks]");
  draft->more.back().Set("data", kTrainData).Set("detector", Use("given"));
}

// The first stages of a data set: search results, the people among them, their images. `last` is
// the row to stop at.
void AddCuration(std::string_view last, Draft* draft) {
  for (const auto& [row, from, curator] : kFirstStages) {
    Table& table = draft->Row(row);
    if (from[0] != '\0') table.Set("curation.from", Quoted(from));
    table.Set("curation.curator", curator).Set("test.evaluator", Use("curation"));
    if (row == last) return;
  }
}

// Training on what a curation left; its images show whole scenes.
void AddCuratedTraining(Draft* draft) {
  AddTraining(draft);
  draft->train.Set("data", Use("manifest")).Set("detector", Use("central"));
}

void DraftDataset(const ComponentInfo& info, Draft* draft) {
  if (info.traits.Has(Trait::kFromCuration)) {
    AddCuratedTraining(draft);
    draft->train.SetComponent("data", info);
    AddCuration("images", draft);
    draft->Row(info.name).Set("curation.from", Quoted("images"));
  } else if (IsOneOf(kTestSets, info)) {
    AddPixels(draft);
    draft->test.SetComponent("data", info).Set("detector", Use("central"));
    draft->Row(info.name);
  } else {
    AddTraining(draft);
    draft->train.SetComponent("data", info);
    if (info.name != "synthetic") draft->train.Set("detector", Use("central"));
    draft->Row(info.name);
  }
}

void DraftEvaluator(const ComponentInfo& info, Draft* draft) {
  if (info.traits.Has(Trait::kShowsCuration)) {
    draft->test.SetComponent("evaluator", info);
    draft->Row(info.name).Set("curation.curator", kSmallWeb);
    return;
  }
  if (info.traits.Has(Trait::kScoresDetections)) {
    AddTestSet(draft);
    draft->test.Set("detector", Use("hog")).Unset("aligner");
  } else if (info.traits.Has(Trait::kScoresLandmarks)) {
    AddTestSet(draft);
    draft->test.Set("aligner", R"({ use = "ert", cascades = 2, trees = 10 })");
    AddLandmarks(draft);
  } else {
    AddPixels(draft);
    if (info.name == "template_verification") draft->test.Set("data", kVideos);
  }
  draft->test.SetComponent("evaluator", info);
  draft->Row(info.name);
}

void DraftCurator(const ComponentInfo& info, Draft* draft) {
  const bool scores = info.traits.Has(Trait::kTakesScores);
  std::string from;
  if (scores) AddCuratedTraining(draft);
  if (!scores) draft->test.Set("evaluator", Use("curation"));
  if (info.traits.Has(Trait::kTakesFaces)) {
    draft->train.Set("data", Use("manifest"))
        .Set("detector", Use("central"))
        .Set("aligner", Use("none"));
  }
  if (info.name == "candidates") from = "web";
  if (info.name == "collect") from = "people";
  if (from.empty() && !info.traits.Has(Trait::kMakesImages)) from = "images";
  if (!from.empty()) AddCuration(from, draft);
  if (scores) draft->Row("ranker").Set("curation.from", Quoted(from));
  Table& row = draft->Row(info.name);
  if (!from.empty()) row.Set("curation.from", Quoted(from));
  if (scores) {
    row.Set("curation.scores", Quoted("ranker")).Set("test.evaluator", Use("curation"));
  }
  row.SetComponent("curation.curator", info);
}

void DraftArchitecture(const ComponentInfo& info, Draft* draft) {
  if (info.traits.Has(Trait::kFixed)) {
    AddPixels(draft);
  } else {
    AddTraining(draft);
    draft->train.Unset("crops");
  }
  draft->test.Set("crops", R"({ kind = "one", scales = [256] })");
  draft->train.SetComponent("architecture", info);
  draft->Row(info.name);
}

// A component of the training itself.
void DraftPartOfTraining(const ComponentInfo& info, Draft* draft) {
  AddTraining(draft);
  if (info.kind == "miner" && IsOneOf(kOfEpochs, info)) {
    draft->more.emplace_back("[base.embed]");
    draft->more.back()
        .Set("loss", Use("triplet"))
        .Set("dimension", "8")
        .Set("epochs", "1")
        .SetComponent("miner", info);
    draft->Row(info.name);
    return;
  }
  if (info.kind == "loss" || info.kind == "miner") {
    draft->train.Set("sampler",
                     R"({ use = "identities", images = 4 }  # of each person, for pairs)");
  }
  if (info.kind == "miner") draft->train.Set("loss", Use("triplet"));
  draft->train.SetComponent(info.kind == "augmentation" ? "augmentation." + info.name : info.kind,
                            info);
  draft->Row(info.name);
}

}  // namespace

std::string ExampleExperiment(const ComponentInfo& info) {
  Draft draft;
  draft.base.Set("threads", "1");
  if (info.kind == "dataset") {
    DraftDataset(info, &draft);
  } else if (info.kind == "detector") {
    AddTestSet(&draft);
    draft.test.Unset("aligner").SetComponent("detector", info).Set("evaluator", Use("detection"));
    draft.Row(info.name);
  } else if (info.kind == "aligner") {
    AddPixels(&draft);
    draft.test.SetComponent("aligner", info);
    if (info.traits.Has(Trait::kTrainable)) AddLandmarks(&draft);
    draft.Row(info.name);
  } else if (info.kind == "evaluator") {
    DraftEvaluator(info, &draft);
  } else if (info.kind == "curator") {
    DraftCurator(info, &draft);
  } else if (info.kind == "architecture") {
    DraftArchitecture(info, &draft);
  } else {
    DraftPartOfTraining(info, &draft);
  }
  std::string text = absl::StrCat("# The ", info.kind, " \"", info.name,
                                  "\", small enough to try.\nschema = 1\ntitle = ",
                                  Quoted(absl::StrCat(info.kind, " ", info.name)), "\n",
                                  draft.base.Text(), draft.train.Text(), draft.test.Text());
  for (const Table& table : draft.more) absl::StrAppend(&text, table.Text());
  return text;
}

}  // namespace facet
