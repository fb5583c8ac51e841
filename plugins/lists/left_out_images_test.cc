#include "plugins/lists/left_out_images.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "plugins/lists/lists_testing.h"

namespace facet {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

TEST(LeftOutImages, AreCountedByWhatTheyAre) {
  LeftOutImages left_out;
  EXPECT_THAT(left_out.Notices("cure."), IsEmpty());
  const std::string root = testing::TempDir();
  const auto look = [&](const std::string& name, const std::string& bytes) {
    WriteTestFile(name, bytes);
    left_out.Look(root, name);
  };
  look("readme.txt", "GIF and AVIF are formats");
  look("empty", "");
  left_out.Look(root, "absent");
  EXPECT_THAT(left_out.Notices("cure."), IsEmpty());
  look("a.jfif", "\xff\xd8\xff\xe0");
  look("b", "\x89PNG\r\n\x1a\n....");
  look("c.gif", "GIF89a");
  look("d.avif", std::string("\0\0\0\x20"
                             "ftypavif",
                             12));
  look("e.gif", "GIF87a");
  EXPECT_THAT(
      left_out.Notices("cure."),
      ElementsAre("2 files are left out, images by the first bytes but not by the name "
                  "(a.jfif, b); cure.",
                  "3 files are left out, of formats that facet cannot decode (1 AVIF, 2 GIF: "
                  "c.gif, d.avif, e.gif); convert to PNG."));
}

}  // namespace
}  // namespace facet
