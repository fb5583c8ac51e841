// Any script is written, shaped and in its direction, with the fonts that the wrapper installs.
#include "core/image/caption.h"

#include <algorithm>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace facet {
namespace {

constexpr int kWidth = 120;

Image Written(const std::string& text, bool keep_end = false, std::string* notice = nullptr) {
  CaptionWriter writer;
  Image image(kWidth, CaptionWriter::kLinePx);
  writer.Write(text, keep_end, 0, 0, kWidth, {255, 255, 255}, &image);
  if (notice != nullptr) *notice = writer.Notice();
  return image;
}

// Ink in the columns [begin, end).
int Ink(const Image& image, int begin, int end) {
  int ink = 0;
  for (int y = 0; y < image.height; ++y) {
    for (int x = begin; x < end; ++x) ink += image.Pixel(x, y)[1] > 100;
  }
  return ink;
}

TEST(CaptionWriter, WritesEveryScriptThatItsFontsHave) {
  std::vector<Image> seen;
  for (const char* text : {"Jürgen Groß", "Юлия", "王小明", "田中さくら", "김민준", "مريم", "שרה",
                           "प्रिया", "Γιώργος", "สมชาย", "გიორგი"}) {
    std::string notice;
    const Image image = Written(text, false, &notice);
    EXPECT_EQ(notice, "") << text;
    EXPECT_GT(Ink(image, 0, kWidth), 20) << text;
    for (const Image& other : seen) EXPECT_NE(image.bgr, other.bgr) << text;
    seen.push_back(image);
  }
}

// Lam and alef become one form, unless a character keeps them apart.
TEST(CaptionWriter, JoinsLettersThatTheScriptJoins) {
  EXPECT_NE(Written("لا").bgr, Written("ل\u200Cا").bgr);
  EXPECT_NE(Written("क्ष").bgr, Written("क्\u200Cष").bgr);
  EXPECT_NE(Written("प्र").bgr, Written("प्\u200Cर").bgr);  // not of FreeSans
}

TEST(CaptionWriter, WritesFromRightToLeftWhatRunsSo) {
  EXPECT_EQ(Ink(Written("مريم"), 0, kWidth / 2), 0);
  EXPECT_EQ(Ink(Written("Anna"), kWidth / 2, kWidth), 0);
}

TEST(CaptionWriter, CutsTheMiddleOfAFileSoThatItsEndShows) {
  const std::string long_name(60, 'm');
  EXPECT_EQ(Written(long_name + "1.jpg").bgr, Written(long_name + "2.png").bgr);
  EXPECT_NE(Written(long_name + "1.jpg", true).bgr, Written(long_name + "2.png", true).bgr);
}

TEST(CaptionWriter, BytesThatAreNoTextDoNotHurt) {
  EXPECT_GT(Ink(Written("G\xfcl\n\xff"), 0, kWidth), 0);
  EXPECT_EQ(Ink(Written(""), 0, kWidth), 0);
}

}  // namespace
}  // namespace facet
