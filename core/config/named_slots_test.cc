// Slots whose names a row gives, and what the layout says where files do not.
#include <vector>

#include "absl/strings/str_replace.h"
#include "core/config/inputs.h"
#include "core/config/named_slots_testing.h"

namespace facet {
namespace {

TEST_F(NamedSlotsTest, DefaultsFillWhatNoFileSays) {
  const LoadResult result = Load("[[row]]\nid = \"1\"\n");
  ASSERT_TRUE(result.diagnostics.empty()) << Text(result);
  EXPECT_EQ(Slots(result, 0, "train.optimizer")["use"], "sgd");
  EXPECT_EQ(Slots(result, 0, "train.optimizer")["momentum"], 0.9);
  EXPECT_EQ(Slots(result, 0, "train.schedule")["patience"], 3);
  EXPECT_EQ(Slots(result, 0, "train.augmentation.crop")["place"], "random");
  EXPECT_EQ(Order(result, 0), "crop flip");
  EXPECT_EQ(Order(result, 0, "train.phases"), "");
  EXPECT_EQ(Order(result, 0, "train.groups"), "");
  EXPECT_EQ(OriginOf(result, 0, "train.optimizer.use"), "default");
  EXPECT_EQ(OriginOf(result, 0, "train.augmentation.flip.use"), "default");
  EXPECT_EQ(OriginOf(result, 0, "train.augmentation.flip.probability"), "default");
  EXPECT_TRUE(Slots(result, 0, "embed").is_null());  // a default names no group
  EXPECT_TRUE(Slots(result, 0, "embed.optimizer").is_null());
  ExpectSameAgain(result);
}

TEST_F(NamedSlotsTest, FilesMergeWithDefaultsOrReplaceThem) {
  const LoadResult result = Load(R"([base.train]
optimizer.momentum = 0.8
augmentation.crop = { place = "center" }
[[row]]
id = "1"
[[row]]
id = "2"
train.optimizer.use = "adamw"
train.augmentation.crop.use = "blur"
[[row]]
id = "3"
extends = "2"
unset = ["train.augmentation.flip", "train.schedule"]
train.optimizer = { use = "sgd" }
[[row]]
id = "4"
embed.loss = { use = "softmax" }
)");
  ASSERT_TRUE(result.diagnostics.empty()) << Text(result);
  EXPECT_EQ(Slots(result, 0, "train.optimizer")["momentum"], 0.8);
  EXPECT_EQ(OriginOf(result, 0, "train.optimizer.use"), "default");
  EXPECT_EQ(OriginOf(result, 0, "train.optimizer.momentum"), folder_ + "/x.toml:3:22");
  EXPECT_EQ(Slots(result, 0, "train.augmentation.crop")["place"], "center");
  EXPECT_FALSE(Slots(result, 1, "train.optimizer").contains("momentum"));
  EXPECT_EQ(Slots(result, 1, "train.augmentation.crop"),
            Json({{"use", "blur"}, {"probability", 0.5}}));
  EXPECT_EQ(Order(result, 1), "crop flip");
  EXPECT_EQ(Slots(result, 2, "train.optimizer")["momentum"], 0.9);  // 0.8 was the old one's
  EXPECT_TRUE(Slots(result, 2, "train.schedule").is_null());
  EXPECT_EQ(Order(result, 2), "crop");
  EXPECT_EQ(Slots(result, 3, "embed.optimizer")["use"], "sgd");
  ExpectSameAgain(result);
}

TEST_F(NamedSlotsTest, SettingsOfAGroupAndItsDefaultsDoNotMakeIt) {
  const LoadResult result = Load(
      "[base.embed]\nepochs = 3\n[[row]]\nid = \"1\"\n[[row]]\nid = \"2\"\nembed.batch = 2\n"
      "[[row]]\nid = \"3\"\nreported = \"a paper\"\n");
  ASSERT_TRUE(result.ok()) << Text(result);
  EXPECT_TRUE(Slots(result, 0, "embed").is_null());
  EXPECT_EQ(Slots(result, 1, "embed")["epochs"], 3);
  EXPECT_EQ(Slots(result, 1, "embed.optimizer")["use"], "sgd");
  EXPECT_TRUE(result.experiment.rows[2].slots.empty());  // nothing to compute, nothing to default
  ExpectSameAgain(result);
}

TEST_F(NamedSlotsTest, NamesKeepTheOrderInWhichTheyAreFirstSaid) {
  Write("lower.toml", R"(schema = 1
[base.train.groups.z]
frozen = true
[base.train.groups]
y = {}
a.frozen = true
)");
  const LoadResult result =
      Load(R"(extends = "lower.toml"
[base.train]
groups = { b = {}, a = { frozen = false }, aa = {} }
[[row]]
id = "1"
train.groups.c.frozen = true
train.groups.z.frozen = false
[[row]]
id = "2"
extends = "1"
unset = ["train.groups.y", "train.groups.z"]
train.groups.x = {}
train.groups.y = {}
)",
           {"train.groups.one.frozen=true", "1:train.groups.d={}", "1:train.groups.y.frozen=true"});
  ASSERT_TRUE(result.diagnostics.empty()) << Text(result);
  EXPECT_EQ(Order(result, 0, "train.groups"), "z y a b aa c one d");
  EXPECT_EQ(Order(result, 1, "train.groups"), "a b aa c x y one");
  EXPECT_EQ(Slots(result, 0, "train.groups.a")["frozen"], false);
  EXPECT_EQ(Slots(result, 0, "train.groups.y")["frozen"], true);
  EXPECT_EQ(ResolvedJson(result.experiment)["rows"][1]["order"]["train.groups"],
            Json({"a", "b", "aa", "c", "x", "y", "one"}));
  ExpectSameAgain(result);
}

TEST_F(NamedSlotsTest, DefaultsComeFirstUnlessTakenAway) {
  const LoadResult result = Load(R"([base.train.augmentation]
blur = {}
flip = {}
[[row]]
id = "1"
[[row]]
id = "2"
unset = ["train.augmentation.crop"]
train.augmentation.erase = {}
train.augmentation.crop = {}
[[row]]
id = "3"
unset = ["train.augmentation"]
train.augmentation.erase = {}
)",
                                 {"3:train.augmentation.flip={}"});
  ASSERT_TRUE(result.diagnostics.empty()) << Text(result);
  EXPECT_EQ(Order(result, 0), "crop flip blur");
  EXPECT_EQ(Order(result, 1), "flip blur erase crop");
  EXPECT_EQ(Order(result, 2), "erase flip");
  ExpectSameAgain(result);
}

TEST_F(NamedSlotsTest, AComponentIsCalledLikeItsNameUnlessItSaysUse) {
  const LoadResult result = Load(R"([base]
train.augmentation.erase.probability = 0.25
train.augmentation.second_blur = { use = "blur" }
[[row]]
id = "1"
train.augmentation.second_blur.probability = 0.125
[[row]]
id = "2"
train.augmentation.erase = { use = "blur" }
)",
                                 {"train.augmentation.blur=blur", "2:train.augmentation.b2=blur",
                                  "1:train.augmentation.flip.probability=1"});
  ASSERT_TRUE(result.diagnostics.empty()) << Text(result);
  EXPECT_EQ(Slots(result, 0, "train.augmentation.erase"),
            Json({{"use", "erase"}, {"probability", 0.25}}));
  EXPECT_EQ(OriginOf(result, 0, "train.augmentation.erase.use"), folder_ + "/x.toml:3:20");
  EXPECT_EQ(Slots(result, 0, "train.augmentation.second_blur"),
            Json({{"use", "blur"}, {"probability", 0.125}}));
  EXPECT_EQ(Slots(result, 0, "train.augmentation.flip")["probability"], 1.0);
  // Another component: the options of the one that was meant by the name are gone.
  EXPECT_EQ(Slots(result, 1, "train.augmentation.erase"),
            Json({{"use", "blur"}, {"probability", 0.5}}));
  EXPECT_EQ(Slots(result, 1, "train.augmentation.b2")["use"], "blur");
  EXPECT_EQ(Order(result, 1), "crop flip erase second_blur blur b2");
  ExpectSameAgain(result);
}

TEST_F(NamedSlotsTest, NamesMayHoldSlotsAndFurtherNames) {
  const LoadResult result = Load(R"([base.train.phases.warm]
epochs = 2
file = "none.txt"
schedule = { use = "cosine", rate = 1 }
groups.heads.frozen = true
groups.body = {}
[base.train.phases.all]
[[row]]
id = "1"
[[row]]
id = "2"
extends = "1"
unset = ["train.phases.warm.schedule", "train.phases.warm.groups.heads"]
train.phases.all.schedule.use = "plateau"
train.phases.all.from = "1"
)",
                                 {"2:train.phases.all.schedule.patience=5"});
  ASSERT_TRUE(result.diagnostics.empty()) << Text(result);
  EXPECT_EQ(Order(result, 0, "train.phases"), "warm all");
  EXPECT_EQ(Order(result, 0, "train.phases.warm.groups"), "heads body");
  EXPECT_EQ(Order(result, 0, "train.phases.all.groups"), "");
  EXPECT_EQ(Slots(result, 0, "train.phases.warm.schedule")["rate"], 1.0);
  EXPECT_EQ(Slots(result, 0, "train.phases.warm.groups.heads")["frozen"], true);
  EXPECT_EQ(Slots(result, 0, "train.phases.all")["epochs"], 0);
  EXPECT_TRUE(Slots(result, 0, "train.phases.all.schedule").is_null());
  EXPECT_TRUE(Slots(result, 1, "train.phases.warm.schedule").is_null());
  EXPECT_EQ(Slots(result, 1, "train.phases.all.schedule")["patience"], 5);
  EXPECT_EQ(Order(result, 1, "train.phases.warm.groups"), "body");
  EXPECT_EQ(Slots(result, 1, "train.phases.all.from"), "1");
  ExpectSameAgain(result);
  const std::vector<Diagnostic> missing = CheckInputs(result, layout_, catalogue_);
  ASSERT_EQ(missing.size(), 1u);
  EXPECT_EQ(missing[0].origin.line, 4);

  const LoadResult links = Load("[[row]]\nid = \"1\"\ntrain.phases.a.from = \"2\"\n");
  EXPECT_EQ(Places(links), "E0501 4:23") << Text(links);
}

TEST_F(NamedSlotsTest, FindGivesTheSlotOfAConcretePath) {
  EXPECT_EQ(layout_.Find("train.phases.a.groups.b")->path, "train.phases.*.groups.*");
  EXPECT_EQ(layout_.Find("train.phases.a.schedule")->kind, "schedule");
  EXPECT_EQ(layout_.Find("train.augmentation.*")->kind, "augmentation");
  EXPECT_EQ(layout_.Find("train.augmentation"), nullptr);
  EXPECT_EQ(layout_.Find("train.augmentation.a.b"), nullptr);
}

TEST_F(NamedSlotsTest, ProblemsOfNamedSlotsAreAtTheirPlaces) {
  const LoadResult result = Load(R"([[row]]
id = "1"
train.augmentation.earse = { probability = 0.5 }
train.augmentation.soften = {}
train.augmentation.erase = 0.5
train.augmentation.blur.probabilty = 1
train.augmentation."a b" = {}
train.groups.x = 3
train.groups.y.froze = true
[[row]]
id = "2"
train.augmentation.use = "flip"
train.groups = "all"
unset = ["train.augmentation.corp", "train.augmentation.blur"]
)",
                                 {"2:train.phases.a+b.epochs=1"});
  EXPECT_EQ(Places(result),
            "E0401 4:20, E0401 5:20, E0202 6:28, E0201 7:25, E0211 8:20, E0202 9:18, E0201 10:16, "
            "E0211 13:20, E0202 14:16, E0207 15:10, E0207 15:37, E0211 0:16")
      << Text(result);
  const auto& problems = result.diagnostics;
  ASSERT_EQ(problems.size(), 12u);
  EXPECT_EQ(problems[0].caret_note, "did you mean \"erase\"?");
  EXPECT_EQ(problems[1].caret_note, "a name that is no component's needs `use`");
  EXPECT_EQ(problems[2].caret_note, "did you mean { probability = 0.5 }?");
  EXPECT_EQ(problems[3].caret_note, "did you mean `probability`?");
  EXPECT_EQ(problems[4].message, "\"a b\" cannot be a name in train.augmentation");
  EXPECT_EQ(problems[6].caret_note, "did you mean `frozen`?");
  EXPECT_EQ(problems[9].caret_note, "did you mean \"train.augmentation.crop\"?");
  EXPECT_EQ(problems[10].severity, Diagnostic::Severity::kWarning);
}

TEST_F(NamedSlotsTest, OptionsAreFoundInNamedSlots) {
  const LoadResult result = Load(
      "[base.train.augmentation.erase]\n[[row]]\nid = \"1\"\ntrain.erase = 0.5\n"
      "train.batch.erase = 1\nprobability = 1\ntrain.loss = { use = \"blur\" }\n");
  ASSERT_EQ(Places(result), "E0201 5:7, E0301 6:7, E0201 7:1, E0402 8:22") << Text(result);
  EXPECT_EQ(result.diagnostics[0].help, "write train.augmentation.erase");
  EXPECT_EQ(result.diagnostics[2].help, "write train.augmentation.crop.probability");
  EXPECT_EQ(result.diagnostics[3].caret_note, "it belongs in train.augmentation.<name>");
}

TEST_F(NamedSlotsTest, ADefaultThatNoPluginProvidesIsLeftToWhoNeedsIt) {
  for (Slot& slot : layout_.slots) {
    slot.default_use = absl::StrReplaceAll(slot.default_use, {{"sgd", "lars"}, {"flip", "warp"}});
  }
  const LoadResult without = Load("[[row]]\nid = \"1\"\n");
  ASSERT_TRUE(without.diagnostics.empty()) << Text(without);
  EXPECT_EQ(Slots(without, 0, "train.optimizer"), Json({{"use", "lars"}}));
  EXPECT_EQ(Order(without, 0), "crop warp");
  EXPECT_TRUE(CheckInputs(without, layout_, catalogue_).empty());
  const LoadResult option = Load("[[row]]\nid = \"1\"\ntrain.optimizer.momentum = 0.5\n");
  EXPECT_EQ(Places(option), "E0401 4:17") << Text(option);
}

TEST_F(NamedSlotsTest, NoProblemPointsToADefault) {
  const LoadResult result = Load(R"([[row]]
id = "1"
unset = ["train.optimizer.use", "train.augmentation.flip.use"]
[[row]]
id = "2"
unset = ["train.optimizer.use"]
train.optimizer.momentum = 0.5
[[row]]
id = "3"
train.augmentation.crop = 1
train.optimizer = []
)");
  EXPECT_EQ(Places(result), "E0203 8:7, E0202 11:27, E0202 12:19") << Text(result);
  EXPECT_TRUE(Slots(result, 0, "train.optimizer").is_null());
  EXPECT_EQ(Slots(result, 0, "train.augmentation.flip")["use"], "flip");
}

}  // namespace
}  // namespace facet
