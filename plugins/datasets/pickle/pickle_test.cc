#include "plugins/datasets/pickle/pickle.h"

#include <string>

#include "absl/strings/escaping.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "plugins/datasets/pickle/numpy_pickles_testing.h"
#include "plugins/datasets/pickle/pickle_testing.h"

namespace facet {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

std::string ErrorOf(const std::string& text) {
  const auto pairs = ReadPickledPairs(text);
  EXPECT_FALSE(pairs.ok());
  return std::string(pairs.status().message());
}

// What Python 3.11 gives for pickle.dumps(([b"ab", b"c"], [True]), protocol): its text, typed in.
TEST(Pickle, PythonsOwnBytes) {
  const char kFour[] =
      "\x80\x04\x95\x14\x00\x00\x00\x00\x00\x00\x00]\x94(C\x02"
      "ab\x94"
      "C\x01"
      "c\x94"
      "e]\x94\x88"
      "a\x86\x94.";
  std::string text(kFour, sizeof(kFour) - 1);
  auto pairs = ReadPickledPairs(text);
  ASSERT_TRUE(pairs.ok()) << pairs.status();
  EXPECT_THAT(pairs->images, ElementsAre("ab", "c"));
  EXPECT_THAT(pairs->is_same, ElementsAre(true));
  // Python 2.7, protocol 2: pickle.dumps((["ab", "c"], [True, False]), 2).
  const char kTwo[] =
      "\x80\x02]q\x00(U\x02"
      "abq\x01U\x01"
      "cq\x02"
      "e]q\x03(\x88\x89"
      "e\x86q\x04.";
  text.assign(kTwo, sizeof(kTwo) - 1);
  pairs = ReadPickledPairs(text);
  ASSERT_TRUE(pairs.ok()) << pairs.status();
  EXPECT_THAT(pairs->images, ElementsAre("ab", "c"));
  EXPECT_THAT(pairs->is_same, ElementsAre(true, false));
}

TEST(Pickle, AllProtocolsAndBatches) {
  std::vector<std::string> images;
  std::vector<bool> is_same;
  for (size_t i = 0; i < 2400; ++i) {
    images.emplace_back(i % 400, static_cast<char>(i));
    if (i % 2 == 0) is_same.push_back(i % 3 == 0);
  }
  for (const auto& [protocol, python2] :
       std::vector<std::pair<int, bool>>{{2, true}, {3, false}, {4, false}, {5, false}}) {
    const std::string text = PickleWriter(protocol, python2).Write(images, is_same);
    const auto pairs = ReadPickledPairs(text);
    ASSERT_TRUE(pairs.ok()) << pairs.status();
    ASSERT_EQ(pairs->images.size(), images.size());
    for (size_t i = 0; i < images.size(); ++i) EXPECT_EQ(pairs->images[i], images[i]);
    EXPECT_EQ(pairs->is_same, is_same);
  }
}

// An image that is the same object twice is written once and recalled.
TEST(Pickle, RecalledValues) {
  const char kText[] =
      "\x80\x03]q\x00(C\x01"
      "aq\x01h\x01"
      "e]q\x02K\x01"
      "a\x86q\x03.";
  const std::string text(kText, sizeof(kText) - 1);
  const auto pairs = ReadPickledPairs(text);
  ASSERT_TRUE(pairs.ok()) << pairs.status();
  EXPECT_THAT(pairs->images, ElementsAre("a", "a"));
  EXPECT_THAT(pairs->is_same, ElementsAre(true));
}

// As NumPy and Python wrote them (the file says which versions).
TEST(Pickle, ArraysAndTruthsOfNumPyInAllProtocols) {
  const std::string first("a\xff\n\\'\0z", 7);
  for (const NumpyPickle& pickle : kNumpyPickles) {
    std::string text;
    ASSERT_TRUE(absl::Base64Unescape(pickle.base64, &text)) << pickle.what;
    const auto pairs = ReadPickledPairs(text);
    ASSERT_TRUE(pairs.ok()) << pickle.what << ": " << pairs.status();
    EXPECT_THAT(pairs->images, ElementsAre(first, "c", "", "ab")) << pickle.what;
    EXPECT_THAT(pairs->is_same, ElementsAre(true, false)) << pickle.what;
    // Every beginning is refused, and none is read beyond its end.
    for (size_t length = 0; length < text.size(); ++length) {
      EXPECT_FALSE(ReadPickledPairs(text.substr(0, length)).ok()) << pickle.what << " " << length;
    }
  }
}

// No change of a byte makes the reader read or write elsewhere (for the sanitizers), whatever it
// then says.
TEST(Pickle, ChangedBytesOfArraysAreReadOrRefused) {
  for (const NumpyPickle& pickle : kNumpyPickles) {
    std::string text;
    ASSERT_TRUE(absl::Base64Unescape(pickle.base64, &text));
    for (size_t at = 0; at < text.size(); ++at) {
      for (const int flip : {1, 4, 16, 64, 255}) {
        std::string changed = text;
        changed[at] = static_cast<char>(changed[at] ^ flip);
        ReadPickledPairs(changed).IgnoreError();
      }
    }
  }
}

// Python 2.7, protocol 0: pickle.dumps((["a'\n\xff", "c"], [True]), 0), by Lib/pickletools.py.
TEST(Pickle, TextOfPython2) {
  const auto pairs = ReadPickledPairs("((lp0\nS\"a'\\n\\xff\"\np1\naS'c'\np2\na(lp3\nI01\natp4\n.");
  ASSERT_TRUE(pairs.ok()) << pairs.status();
  EXPECT_THAT(pairs->images, ElementsAre("a'\n\xff", "c"));
  EXPECT_THAT(pairs->is_same, ElementsAre(true));
  EXPECT_THAT(ErrorOf("((lp0\nS'a\\q'\np1\na."), HasSubstr("byte 6: a byte string with an escape"));
  EXPECT_THAT(ErrorOf("((lp0\nSa\n."), HasSubstr("byte 6: a byte string without quotes"));
}

TEST(Pickle, PixelsAndOtherNumbersAreNoImageFiles) {
  // NumPy 2.4.6: pickle.dumps(([numpy.zeros((2, 2, 3), "uint8")], [True]), 4).
  std::string text;
  ASSERT_TRUE(absl::Base64Unescape(
      "gASVogAAAAAAAABdlIwWbnVtcHkuX2NvcmUubXVsdGlhcnJheZSMDF9yZWNvbnN0cnVjdJSTlIwFbnVtcHmUjAduZGFy"
      "cmF5lJOUSwCFlEMBYpSHlFKUKEsBSwJLAksDh5RoBIwFZHR5cGWUk5SMAnUxlImIh5RSlChLA4wBfJROTk5K/////0r/"
      "////SwB0lGKJQwwAAAAAAAAAAAAAAACUdJRiYV2UiGGGlC4=",
      &text));
  EXPECT_THAT(ErrorOf(text), HasSubstr("entry 0 of the first list is an array of 2 x 2 x 3, pixels "
                                       "and no image file"));
  // The same of numpy.zeros(3).
  ASSERT_TRUE(absl::Base64Unescape(
      "gASVqgAAAAAAAABdlIwWbnVtcHkuX2NvcmUubXVsdGlhcnJheZSMDF9yZWNvbnN0cnVjdJSTlIwFbnVtcHmUjAduZGFy"
      "cmF5lJOUSwCFlEMBYpSHlFKUKEsBSwOFlGgEjAVkdHlwZZSTlIwCZjiUiYiHlFKUKEsDjAE8lE5OTkr/////Sv////"
      "9LAHSUYolDGAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAJR0lGJhXZSIYYaULg==",
      &text));
  EXPECT_THAT(ErrorOf(text), HasSubstr("an array of dtype \"f8\"; bytes (uint8), truth values"));
}

TEST(Pickle, WhatCouldRunCodeIsRefusedByName) {
  EXPECT_THAT(ErrorOf("\x80\x02"
                      "cos\nsystem\n(U\x02lsq\x00\x85R."),
              HasSubstr("byte 2: it asks for os.system, which is not run here"));
  EXPECT_THAT(ErrorOf("\x80\x04\x8c\x02os\x8c\x06system\x93."),
              HasSubstr("byte 14: it asks for os.system, which is not run here"));
  EXPECT_THAT(ErrorOf("cnumpy\nload\n(S'x'\ntR."), HasSubstr("byte 0: it asks for numpy.load"));
  EXPECT_THAT(ErrorOf("\x80\x04]R."), HasSubstr("byte 3: takes a value where there is none"));
  EXPECT_THAT(ErrorOf("\x80\x04]]R."), HasSubstr("byte 4: REDUCE (a call) of what is no name"));
  EXPECT_THAT(ErrorOf("\x80\x04]]b."), HasSubstr("an object's state of another form"));
  EXPECT_THAT(ErrorOf("\x80\x04\x93."), HasSubstr("takes a value where there is none"));
  // A known name, made of what NumPy never gives it.
  EXPECT_THAT(ErrorOf("c_codecs\nencode\n(S'x'\nV utf8\ntR."), HasSubstr("a call of another form"));
  EXPECT_THAT(ErrorOf("\x80\x02\x81."), HasSubstr("0x81 NEWOBJ (a call)"));
  EXPECT_THAT(ErrorOf("\x80\x04}."), HasSubstr("DICT"));
}

// Without a bound each array of objects has the list's members anew: 20 bytes of a file become as
// much memory as the list has.
TEST(Pickle, ManyArraysOfOneListAreRefused) {
  std::string text = "\x80\x02]q";
  text += std::string("\0(", 2);
  for (int i = 0; i < 1000; ++i) text += "K\x01";
  text += std::string("ecnumpy\ndtype\n(X\x02\0\0\0O8K\0K\1tRq\1", 30);
  const std::string fresh("cnumpy.core.multiarray\n_reconstruct\n(cnumpy\nndarray\nK\0\x85U\1btR",
                          60);
  const std::string state("(K\1M\xe8\x03\x85h\1\x89h\0tb", 14);
  for (int i = 0; i < 100; ++i) text += fresh + state;
  EXPECT_THAT(ErrorOf(text + "."),
              HasSubstr("lists and arrays of more members than a file of this size writes"));
}

TEST(Pickle, DamagedFilesAreRefused) {
  EXPECT_THAT(ErrorOf(""), HasSubstr("not a pickle"));
  EXPECT_THAT(ErrorOf("\xff\xd8\xff"), HasSubstr("not a pickle (it neither begins with byte 0x80"));
  EXPECT_THAT(ErrorOf("(lp0\n."), HasSubstr("does not hold a pair of lists"));
  EXPECT_THAT(ErrorOf("\x80\x09."), HasSubstr("protocol 9; 2 to 5 are read"));
  EXPECT_THAT(ErrorOf("\x80\x03]."), HasSubstr("does not hold a pair of lists"));
  EXPECT_THAT(ErrorOf("\x80\x03."), HasSubstr("more than one value, or none"));
  EXPECT_THAT(ErrorOf("\x80\x03"
                      "e."),
              HasSubstr("byte 2: no mark"));
  EXPECT_THAT(ErrorOf("\x80\x03"
                      "a."),
              HasSubstr("appends nothing"));
  EXPECT_THAT(ErrorOf("\x80\x03"
                      "(a."),
              HasSubstr("appends to what is no list"));
  EXPECT_THAT(ErrorOf("\x80\x03h\x07."), HasSubstr("recalls value 7"));
  EXPECT_THAT(ErrorOf("\x80\x03\x86."), HasSubstr("a tuple of more values"));
  EXPECT_THAT(ErrorOf("\x80\x03](K\x01"
                      "e](\x88"
                      "e\x86."),
              HasSubstr("entry 0 of the first list is no byte string"));
  EXPECT_THAT(ErrorOf("\x80\x03]](K\x02"
                      "e\x86."),
              HasSubstr("entry 0 of the second list is no truth value"));
  // Every beginning of a good file is refused, and none is read beyond its end.
  const std::string good = PickleWriter(4, false).Write({"ab", std::string(300, 'x')}, {true});
  for (size_t length = 0; length < good.size(); ++length) {
    EXPECT_FALSE(ReadPickledPairs(good.substr(0, length)).ok()) << length;
  }
  EXPECT_EQ(ReadPickledPairs(good.substr(0, good.size() - 1)).status().code(),
            absl::StatusCode::kDataLoss);
}

}  // namespace
}  // namespace facet
