#include <cmath>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "core/image/formats_testing.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace facet {
namespace {

using testing::ElementsAre;

TEST(Pnm, EveryMaxvalHasTheWholeRange) {
  const auto shown = [](int value, int max) {
    return static_cast<int>(std::lround(255.0 * value / max));
  };
  for (int max : {1, 15, 100, 255, 1023, 4095, 65535}) {
    const int values[3] = {0, max / 3, max};
    const std::string sizes = absl::StrCat("3 1 # wide\n# and high\n", max, "\n");
    std::string text = "P2\n" + sizes, binary = "P5\n" + sizes;
    std::string colour_text = "P3\n" + sizes, colours = "P6\n" + sizes;
    std::vector<int> expected, expected_colours;
    for (int value : values) {
      const std::string stored = max > 255 ? Bytes({value >> 8, value & 255}) : Bytes({value});
      absl::StrAppend(&text, value, " # a comment\n");
      absl::StrAppend(&colour_text, value, " 0\n", max, "\t");
      binary += stored;
      colours += stored + std::string(stored.size(), '\0') +
                 (max > 255 ? Bytes({max >> 8, max & 255}) : Bytes({max}));
      expected.insert(expected.end(), 3, shown(value, max));
      expected_colours.insert(expected_colours.end(), {255, 0, shown(value, max)});
    }
    EXPECT_EQ(Pixels(text), expected) << max;
    EXPECT_EQ(Pixels(binary), expected) << max;
    EXPECT_EQ(Pixels(colour_text), expected_colours) << max;
    EXPECT_EQ(Pixels(colours), expected_colours) << max;
  }
}

TEST(Pnm, BitmapsAreInkOnPaper) {
  EXPECT_THAT(Pixels("P1 2 1\n10"), ElementsAre(0, 0, 0, 255, 255, 255));
  EXPECT_THAT(Pixels("P4\n2 1\n\x80"), ElementsAre(0, 0, 0, 255, 255, 255));
}

TEST(Pnm, WhatIsBrokenIsNamed) {
  EXPECT_EQ(DecodingProblem("P2 2 1 255\n7"), "truncated PNM: it ends before its last pixel");
  EXPECT_EQ(DecodingProblem("P2 1 1 9\n12"), "corrupt PNM: a value is larger than its header says");
  EXPECT_EQ(DecodingProblem("P5 1 1 70000\n12"),
            "corrupt PNM: its largest value is 70000, not 1 .. 65535");
  EXPECT_EQ(DecodingProblem("P5 2 1 4095\n123"), "truncated PNM: 15 bytes, its header needs 16");
}

TEST(Pnm, OfSeveralPicturesTheFirstIsTaken) {
  EXPECT_THAT(Pixels("P5 1 1 255\n\x07P5 1 1 255\n\x09"), ElementsAre(7, 7, 7));
}

}  // namespace
}  // namespace facet
