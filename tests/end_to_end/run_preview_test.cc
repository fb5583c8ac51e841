// `preview`: contact sheets of what stages made.
#include <cstdint>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "core/base/file.h"
#include "gmock/gmock.h"
#include "tests/end_to_end/program.h"

namespace facet {
namespace {

using testing::HasSubstr;

class PreviewVerbTest : public EndToEndTest {
 protected:
  std::string Tiny() const { return DataFile("tiny.toml"); }
  std::string TextOf(const std::string& file) const {
    const absl::StatusOr<std::string> text = ReadFile(absl::StrCat(folder(), "/", file));
    EXPECT_TRUE(text.ok()) << text.status();
    return text.ok() ? *text : "";
  }
};

TEST_F(PreviewVerbTest, PreviewWritesAPictureOfEachStage) {
  CopyTinyStore();
  const std::string png = "\x89PNG\r\n\x1a\n";
  for (const char* stage : {"detect", "align", "crops"}) {
    const Ending ending = Facet({"preview", Tiny(), "--stage", stage, "--branch", "test", "--count",
                                 "3", "--out", absl::StrCat(stage, ".png")});
    EXPECT_EQ(ending.exit_code, 0) << ending.err;
    EXPECT_EQ(ending.out, absl::StrCat(stage, ".png\n"));
    EXPECT_EQ(TextOf(absl::StrCat(stage, ".png")).substr(0, png.size()), png);
  }
  const Ending triplets = Facet({"preview", Tiny(), "triplet", "--stage", "triplets"});
  EXPECT_EQ(triplets.exit_code, 0) << triplets.err;
  EXPECT_EQ(triplets.out, "preview.triplet.triplets.png\n");
  EXPECT_EQ(TextOf("preview.triplet.triplets.png").substr(0, png.size()), png);
  EXPECT_EQ(Facet({"preview", Tiny(), "softmax", "--stage", "triplets"}).exit_code, 2);
}

// A line for each of the people, with as many pictures as were asked for: six people have six each.
TEST_F(PreviewVerbTest, PreviewShowsPeopleOnALineEach) {
  CopyTinyStore();
  const auto size = [&](const std::string& stage, int people, int faces) {
    const Ending ending =
        Facet({"preview", Tiny(), "--stage", stage, "--branch", "train", "--people",
               std::to_string(people), "--faces", std::to_string(faces), "--out", "people.png"});
    EXPECT_EQ(ending.exit_code, 0) << ending.err;
    const std::string png = TextOf("people.png");
    const auto number = [&](size_t at) {  // of the header: big-endian
      int value = 0;
      for (size_t i = at; i < at + 4; ++i) value = 256 * value + static_cast<uint8_t>(png.at(i));
      return value;
    };
    return std::pair<int, int>(number(16), number(20));
  };
  for (const char* stage : {"crops", "detect", "align"}) {
    const auto [width, height] = size(stage, 2, 3);
    const auto [more_faces, same_height] = size(stage, 2, 4);
    const auto [same_width, more_people] = size(stage, 3, 3);
    EXPECT_EQ(height, same_height);
    EXPECT_EQ(width, same_width);
    // Pictures of 200 px, more or less room around them.
    EXPECT_GT(more_faces, width + 190);
    EXPECT_LT(more_faces, width + 230);
    EXPECT_GT(more_people, height + 190);
    // Nine are asked for and six are there; seven faces are asked for and six are there.
    EXPECT_EQ(size(stage, 9, 7).second, size(stage, 6, 7).second);
  }
  const Ending triplets =
      Facet({"preview", Tiny(), "triplet", "--stage", "triplets", "--people", "2"});
  EXPECT_EQ(triplets.exit_code, 2);
  EXPECT_THAT(triplets.err, HasSubstr("--people shows"));
}

}  // namespace
}  // namespace facet
