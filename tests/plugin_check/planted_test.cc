// What is planted is found, with its sentence, under its section, by its exit code; what is right
// beside it is kept.
#include "tests/plugin_check/plugin_check.h"

namespace facet {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::StartsWith;

constexpr char kPlanted[] = "tests/plugin_check/libplanted.so";

class PlantedTest : public PluginCheckTest {};

struct Fault {
  const char *library, *component, *sentence;  // sentence: "section: " and how it begins
};

// Two of each kind and more, each in a call of its own.
constexpr Fault kFaults[] = {
    {"wrong_dataset", "other_pixels", "rendering: rendering a sample gives the same pixels"},
    {"wrong_dataset", "same_keys", "samples: sample keys are unique"},
    {"wrong_detector", "weakest_first", "faces: the best score comes first"},
    {"wrong_detector", "counts_instances", "determinism: two instances find the same"},
    {"wrong_aligner", "follows_faces", "order independence: what it saw before"},
    {"wrong_aligner", "mirrors", "crops: the crop neither mirrors nor collapses"},
    {"wrong_sampler", "counts_from_one", "index validity: "},
    {"wrong_sampler", "counts_epochs", "order independence: earlier epochs change nothing"},
    {"wrong_augmentation", "leaves_the_crop", "what it changes: the view is a square"},
    {"wrong_augmentation", "draws_into_the_object", "two threads: two threads get what one gets"},
    {"wrong_architecture", "batch_in_inference", "order independence: an image's descriptor"},
    {"wrong_architecture", "drops_in_inference", "determinism: inference is the same each time"},
    {"wrong_miner", "counts_from_one", "index validity: a batch: "},
    {"wrong_miner", "remembers_batches", "determinism: earlier batches and seeds change nothing"},
    {"wrong_optimizer", "ascends", "descent: 1000 steps at a rate of 0.1 halve a quadratic"},
    {"wrong_optimizer", "depends_on_threads", "determinism: the number of threads changes no bit"},
    {"wrong_schedule", "falls_below_zero", "rates: "},
    {"wrong_schedule", "counts_questions", "order independence: "},
    {"wrong_evaluator", "not_finite", "figures: faces per image is finite"},
    {"wrong_evaluator", "takes_what_is_no_number", "odd inputs: a NaN in what was found"},
    {"wrong_curator", "deletes_rows", "manifest: no row of "},
    {"wrong_curator", "negative_count", "figures and sheets: counts of histograms"},
    {"bad_losses", "nan_on_one_class", "odd inputs: one class in the batch, without a miner"},
    {"bad_losses", "changes_its_input", "shapes and values: random embeddings: it leaves its"},
};

TEST_F(PlantedTest, OfEachKindFaultsAreFound) {
  for (const Fault& fault : kFaults) {
    SCOPED_TRACE(absl::StrCat(fault.library, " ", fault.component));
    const Json document = CheckJson(absl::StrCat("tests/bad_components/lib", fault.library, ".so"),
                                    1, {"--component", fault.component});
    EXPECT_EQ(document.value("components", Json::array()).size(), 1U);
    EXPECT_THAT(BrokenOf(document, fault.component), Contains(StartsWith(fault.sentence)));
  }
}

TEST_F(PlantedTest, LossesWhoseValueLooksRight) {
  const Json document = CheckJson("tests/plugin_check/libplanted_losses.so", 1);
  EXPECT_EQ(StateOf(document, "right"), "kept");
  EXPECT_THAT(BrokenOf(document, "half_the_gradient"),
              ElementsAre("gradient: embeddings: the gradient is the slope of the loss (central "
                          "differences)"));
  EXPECT_THAT(BrokenOf(document, "weighs_by_place"),
              ElementsAre("order independence: the order of a batch changes nothing"));
  EXPECT_THAT(BrokenOf(document, "hides_nan"),
              ElementsAre("odd inputs: an embedding that is NaN is refused, or the loss shows it"));
  EXPECT_THAT(BrokenOf(document, "rounds_to_float"),
              ElementsAre("gradient: float64 embeddings give a loss in float64"));
}

// One call: what ends the process ends neither the host nor the check of what comes after it.
TEST_F(PlantedTest, WhatEndsTheProcessIsNamedAndTheOthersAreChecked) {
  const Json document = CheckJson(kPlanted, 1, {"--limit", "5"});
  EXPECT_EQ(document.at("schema"), 1);
  EXPECT_EQ(document.at("state"), "broken");
  EXPECT_EQ(document.at("handshake").at("state"), "kept");
  EXPECT_EQ(StateOf(document, "right"), "kept");
  EXPECT_THAT(BrokenOf(document, "crashes"),
              ElementsAre("huge and empty images: crashed (signal 11, Segmentation fault)"));
  EXPECT_THAT(BrokenOf(document, "hangs"),
              ElementsAre("index validity: ran for more than 5s and was stopped"));
  EXPECT_THAT(BrokenOf(document, "ends_the_process"),
              ElementsAre("rates: ended the process (exit code 0)"));
  EXPECT_THAT(BrokenOf(document, "remembers_the_last"),
              ElementsAre("order independence: what it saw before does not change what it finds"));
  EXPECT_THAT(BrokenOf(document, "rate_of_nan"), Contains(StartsWith("odd scores: ")));
  EXPECT_THAT(BrokenOf(document, "prints"), ElementsAre("stdout: it never writes to stdout"));
  EXPECT_THAT(BrokenOf(document, "asks_the_first_pair"),
              Contains("order independence: the order of the pairs changes no value"));
  EXPECT_THAT(BrokenOf(document, "half_right"),
              ElementsAre(StartsWith("known answers: accuracy is 100 %")));
}

TEST_F(PlantedTest, TheReportForPeople) {
  const Ending ending = Check(kPlanted, {"--component", "detector/crashes"});
  EXPECT_EQ(ending.exit_code, 1);
  EXPECT_THAT(ending.out, HasSubstr("detector \"crashes\"\n"));
  EXPECT_THAT(ending.out, HasSubstr("  kept         odd images\n"));
  EXPECT_THAT(ending.out, HasSubstr("  BROKEN       huge and empty images\n"
                                    "               crashed (signal 11, Segmentation fault)\n"));
  EXPECT_THAT(ending.out, HasSubstr("memory: not covered (compile with -fsanitize=address, or "
                                    "--valgrind)\n"));
  EXPECT_THAT(ending.out, HasSubstr("0 kept, 1 broken, 0 not checked\n"));
  const Ending right = Check(kPlanted, {"--component", "right"});
  EXPECT_EQ(right.exit_code, 0) << right.out;
  EXPECT_THAT(right.err, IsEmpty());
}

TEST_F(PlantedTest, ALibraryThatCannotBeUsed) {
  const Ending other = Check("tests/bad_plugins/libwrong_interface.so");
  EXPECT_EQ(other.exit_code, 4);
  EXPECT_THAT(other.err, HasSubstr("built for plugin interface"));
  EXPECT_THAT(other.out, IsEmpty());
  const Json document = CheckJson("tests/bad_plugins/libno_descriptor.so", 4);
  EXPECT_THAT(document.at("handshake").at("message").get<std::string>(),
              HasSubstr("not a facet plugin"));
  const Ending crashed = Check("tests/plugin_check/libcrashes_when_loaded.so");
  EXPECT_EQ(crashed.exit_code, 4);
  EXPECT_THAT(crashed.err, HasSubstr("crashed (signal 6, Aborted) while it was loaded"));
  const Ending missing = Check("tests/plugin_check/libnone.so");
  EXPECT_EQ(missing.exit_code, 4);
  EXPECT_THAT(missing.err, HasSubstr("give the path of a plugin library"));
}

TEST_F(PlantedTest, WhatIsAskedWrongly) {
  const Ending name = Check(kPlanted, {"--component", "hang"});
  EXPECT_EQ(name.exit_code, 2);
  EXPECT_THAT(name.err, HasSubstr("did you mean \"hangs\"?"));
  const Ending options = Check(kPlanted, {"--options", "[1]"});
  EXPECT_EQ(options.exit_code, 2);
  EXPECT_THAT(options.err, HasSubstr("--options is no JSON object"));
}

}  // namespace
}  // namespace facet
