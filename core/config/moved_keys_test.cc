// Keys of before say what to write now.

#include "core/config/named_slots_testing.h"

namespace facet {
namespace {

TEST_F(NamedSlotsTest, MovedKeysSayWhatToWriteNow) {
  const LoadResult result = Load(R"([base.train]
optimizer = { rates = [0.1], nesterov = true, batch = 2 }
[base.train.augment]
erase = 0.5
bluur = 0.5
[[row]]
id = "1"
unset = ["train.optimizer.rates", "train.augment.blur", "train.augment"]
[[row]]
id = "2"
train.augment = { blur = 0.5 }
[[row]]
id = "3"
unset = ["train.augment"]
train.augment = {}
)",
                                 {"3:train.optimizer.batch=7", "3:train.augment.erase=1"});
  // nesterov is an option of sgd.
  EXPECT_EQ(Places(result),
            "E0210 3:15, E0210 3:47, E0210 5:1, E0201 6:1, E0210 9:35, E0210 12:19, E0210 0:19, "
            "E0210 0:17")
      << Text(result);
  EXPECT_EQ(result.diagnostics[0].message, "`train.optimizer.rates` is now `train.schedule.rates`");
  EXPECT_EQ(result.diagnostics[0].caret_note, "write `train.schedule.rates`");
  EXPECT_TRUE(result.diagnostics[0].facts.empty());
  EXPECT_EQ(result.diagnostics[2].caret_note, "write `train.augmentation.erase.probability`");
  EXPECT_EQ(result.diagnostics[3].message, "train.augment has no key \"bluur\"");
}

TEST_F(NamedSlotsTest, UnsetOfMovedKeysAndOfWhatHeldThem) {
  const LoadResult result = Load(
      "[[row]]\nid = \"1\"\nunset = [\"train.optimizer.rates\", \"train.augment\"]\n"
      "train.augment = {}\n");
  EXPECT_EQ(Places(result), "E0210 4:10, E0207 4:35, E0201 5:7") << Text(result);
  EXPECT_NE(Text(result).find("`train.augment.erase` is now"), std::string::npos) << Text(result);
}

}  // namespace
}  // namespace facet
