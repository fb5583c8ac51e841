// A machine without any font: a process of its own, for fonts are looked for once.
#include <cstdlib>
#include <fstream>
#include <string>

#include "core/image/contact_sheet.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace facet {
namespace {

using ::testing::HasSubstr;

TEST(ContactPage, WithoutFontsIsMadeAndSaysWhatToInstall) {
  const std::string config = testing::TempDir() + "/no_fonts.conf";
  std::ofstream(config) << "<?xml version=\"1.0\"?><fontconfig></fontconfig>";
  ASSERT_EQ(setenv("FONTCONFIG_FILE", config.c_str(), 1), 0);
  ContactPage page(8, 100), empty(8, 100);
  page.Add(Tile(Image(), 100), {"Anna", "\xe7\x8e\x8b.jpg", "note"}, kGreen);
  empty.Add(Tile(Image(), 100), {"", "", ""}, kGreen);
  std::string notice;
  EXPECT_NE(page.Render(&notice).bgr, empty.Render().bgr);
  EXPECT_THAT(notice, HasSubstr("3 captions of the contact sheet hold characters that no font"));
  EXPECT_THAT(notice,
              HasSubstr("install fonts-dejavu-core, fonts-freefont-ttf, fonts-lohit-deva and "));
}

}  // namespace
}  // namespace facet
