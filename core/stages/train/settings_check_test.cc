// What the train stage's settings ask of each other.
#include "core/stages/train/settings_check.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace facet {
namespace {

using ::testing::HasSubstr;

std::string Problem(const Json& settings) {
  return std::string(ReadTrainSettings(settings).status().message());
}
std::string OptimizerProblem(const Json& optimizer) { return Problem({{"optimizer", optimizer}}); }

TEST(TrainSettings, DefaultsAgree) {
  const auto settings = ReadTrainSettings(Json::object());
  ASSERT_TRUE(settings.ok()) << settings.status();
  EXPECT_EQ(settings->optimizer.schedule, "plateau");
  EXPECT_EQ(settings->memory.size, 0);
  for (const char* use : {"sgd", "adam", "adamw"}) {
    for (const char* schedule : {"plateau", "step", "cosine"}) {
      EXPECT_EQ(OptimizerProblem({{"use", use}, {"schedule", schedule}, {"rates", {0.1}}}), "");
    }
  }
  EXPECT_EQ(Problem({{"sampler", {{"use", "identities"}}}}), "");  // 16 x 4 = 64
}

TEST(TrainSettings, OptionsThatNothingReadsAreRefused) {
  EXPECT_EQ(
      OptimizerProblem({{"use", "adam"}, {"momentum", 0.5}}),
      "train.optimizer.momentum is read with use = \"sgd\" only; take it out, or choose that");
  EXPECT_THAT(OptimizerProblem({{"use", "adamw"}, {"nesterov", true}}), HasSubstr("nesterov"));
  for (const char* option : {"beta1", "beta2", "epsilon"}) {
    EXPECT_THAT(OptimizerProblem({{option, 0.5}}),
                HasSubstr(std::string(option) + " is read with use = \"adam\" or \"adamw\" only"));
    EXPECT_EQ(OptimizerProblem({{"use", "adam"}, {option, 0.5}}), "");
  }
  EXPECT_THAT(OptimizerProblem({{"schedule", "step"}, {"patience", 3}}),
              HasSubstr("patience is read with schedule = \"plateau\" only"));
  EXPECT_THAT(OptimizerProblem({{"milestones", {0.5, 0.75}}}),
              HasSubstr("milestones is read with schedule = \"step\" only"));
  EXPECT_THAT(OptimizerProblem({{"final_rate", 1e-5}}),
              HasSubstr("final_rate is read with schedule = \"cosine\" only"));
  EXPECT_THAT(Problem({{"sampler", {{"images", 8}}}}),
              HasSubstr("train.sampler.images is read with use = \"identities\" only"));
  EXPECT_THAT(Problem({{"memory", {{"start_step", 8}}}}),
              HasSubstr("train.memory.start_step is read with a size above 0 only"));
}

TEST(TrainSettings, RatesFitTheSchedule) {
  EXPECT_THAT(
      OptimizerProblem({{"schedule", "cosine"}}),
      HasSubstr("has one rate to fall from, rates has 3; write for example rates = [0.01]"));
  EXPECT_THAT(OptimizerProblem({{"schedule", "cosine"}, {"rates", {0.1}}, {"final_rate", 0.2}}),
              HasSubstr("final_rate = 0.2 is above the rate 0.1"));
  EXPECT_THAT(OptimizerProblem({{"rates", Json::array()}}), HasSubstr("rates is empty"));
  const auto step = [](const Json& milestones) {
    return OptimizerProblem({{"schedule", "step"}, {"epochs", 20}, {"milestones", milestones}});
  };
  EXPECT_EQ(step({8, 16}), "");
  EXPECT_EQ(step({0.5, 15.5}), "");
  EXPECT_EQ(step(Json::array()), "");
  EXPECT_THAT(step({8}), HasSubstr("has 1 values, rates has 3: each rate after the first"));
  EXPECT_THAT(step({8, 8}), HasSubstr("8 is epoch 8; they must ascend"));
  EXPECT_THAT(step({8, 0.3}), HasSubstr("0.3 is epoch 6; they must ascend"));
  EXPECT_THAT(step({8, 20}), HasSubstr("lie below epochs = 20"));
  EXPECT_THAT(OptimizerProblem({{"epochs", 2}, {"warmup_epochs", 2}}),
              HasSubstr("warmup_epochs = 2 leaves nothing of epochs = 2"));
}

TEST(TrainSettings, RangesAscend) {
  EXPECT_THAT(Problem({{"augment", {{"zoom_min", 1.5}}}}),
              HasSubstr("train.augment.zoom_min = 1.5 is above zoom_max = 1"));
  EXPECT_THAT(Problem({{"augment", {{"blur_sigma_max_px", 0.01}}}}), HasSubstr("blur_sigma_min"));
  EXPECT_THAT(Problem({{"augment", {{"erase_area_max", 0.01}}}}), HasSubstr("erase_area_min"));
}

TEST(TrainSettings, BatchesAreOfIdentitiesTimesImages) {
  const Json sampler = {{"use", "identities"}, {"identities", 8}, {"images", 4}};
  EXPECT_THAT(Problem({{"sampler", sampler}}),
              HasSubstr("batches of 8 identities x 4 images = 32, but train.optimizer.batch = 64; "
                        "set batch to 32"));
  EXPECT_EQ(Problem({{"sampler", sampler}, {"optimizer", {{"batch", 32}}}}), "");
}

}  // namespace
}  // namespace facet
