#include "core/base/utf8.h"

#include "gtest/gtest.h"

namespace facet {
namespace {

TEST(IsUtf8, AcceptsTextAndRefusesEverythingElse) {
  EXPECT_TRUE(IsUtf8(""));
  EXPECT_TRUE(IsUtf8("Gül_Ünal/\xe4\xb8\x8a/\xf0\x9f\x99\x82.jpg"));
  EXPECT_FALSE(IsUtf8("G\xfcl"));            // Latin-1
  EXPECT_FALSE(IsUtf8("\xc0\xaf"));          // "/" in two bytes
  EXPECT_FALSE(IsUtf8("\xed\xa0\x80"));      // a surrogate
  EXPECT_FALSE(IsUtf8("\xf4\x90\x80\x80"));  // beyond U+10FFFF
  EXPECT_FALSE(IsUtf8("a\xe4\xb8"));         // cut off
  EXPECT_FALSE(IsUtf8("\x80"));              // no first byte
}

}  // namespace
}  // namespace facet
