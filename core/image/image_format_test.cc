#include <string>

#include "core/image/formats_testing.h"
#include "gtest/gtest.h"

namespace facet {
namespace {

TEST(OtherFormats, AreNamedWithWhatToDo) {
  EXPECT_EQ(DecodingProblem("GIF89a......"), "a GIF, which facet cannot decode; convert it to PNG");
  EXPECT_EQ(DecodingProblem(std::string("\0\0\0\x20"
                                        "ftypavif....",
                                        16)),
            "an AVIF, which facet cannot decode; convert it to PNG");
  EXPECT_EQ(DecodingProblem(std::string("\0\0\0\x18"
                                        "ftypheic....",
                                        16)),
            "a HEIC, which facet cannot decode; convert it to PNG");
  EXPECT_EQ(DecodingProblem("\xFF\x0A..."),
            "a JPEG XL, which facet cannot decode; convert it to PNG");
  EXPECT_EQ(DecodingProblem(std::string("\0\0\0\x0CjP  \r\n\x87\n", 12)),
            "a JPEG 2000, which facet cannot decode; convert it to PNG");
}

}  // namespace
}  // namespace facet
