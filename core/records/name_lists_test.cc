#include "core/records/name_lists.h"

#include <unicode/uchar.h>
#include <unicode/unistr.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace facet {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

std::string Write(const std::string& text) {
  const std::string path = testing::TempDir() + "/names.txt";
  std::ofstream(path, std::ios::binary) << text;
  return path;
}

TEST(NameKeys, SpellingsOfOnePerson) {
  const auto keys = NameKeys::Create();
  ASSERT_TRUE(keys.ok()) << keys.status();
  const auto key = [&](const std::string& name) { return (*keys)->Key(name); };
  for (const char* name : {"Gerard_Depardieu", "G\xc3\xa9rard Depardieu", "GERARD DEPARDIEU",
                           "Ge\xcc\x81rard-Depardieu", " Gerard.Depardieu "}) {
    EXPECT_EQ(key(name), "gerarddepardieu") << name;
  }
  EXPECT_EQ(key("A.J. Buckley"), key("AJ_Buckley"));
  EXPECT_EQ(key("M\xc3\xbcller"), "muller");
  EXPECT_EQ(key("Mads \xc3\x98stergaard-Stra\xc3\x9f"
                "e"),
            "madsostergaardstrasse");
  EXPECT_EQ(key("Lech_Wa\xc5\x82\xc4\x99sa"), "lechwalesa");
  EXPECT_EQ(key("O'Brien"), key("O\xe2\x80\x99"
                                "Brien"));  // the typographic apostrophe
  EXPECT_EQ(key("John_Paul_2"), "johnpaul2");
  EXPECT_NE(key("M\xc3\xbcller"), key("Mueller"));
  EXPECT_NE(key("Ann Bee"), key("Bee Ann"));
  // Other scripts keep their letters, in lower case.
  EXPECT_EQ(key("\xd0\x9b\xd0\x95\xd0\x92"), "\xd0\xbb\xd0\xb5\xd0\xb2");
  EXPECT_EQ(key("._-"), "");
}

// Of all letters there are: of some Latin ones ICU's tables know one case alone.
TEST(NameKeys, AKeyIsItsOwnAndKnowsNoCase) {
  const auto keys = NameKeys::Create();
  ASSERT_TRUE(keys.ok()) << keys.status();
  const auto key = [&](UChar32 letter) {
    std::string name;
    return (*keys)->Key(icu::UnicodeString(letter).toUTF8String(name));
  };
  for (UChar32 letter = 0; letter <= UCHAR_MAX_VALUE; ++letter) {
    if (!u_isalnum(letter)) continue;
    const std::string own = key(letter);
    ASSERT_EQ((*keys)->Key(own), own) << "U+" << std::hex << letter;
    ASSERT_EQ(key(u_tolower(letter)), own) << "U+" << std::hex << letter;
  }
}

TEST(ReadNameList, Forms) {
  auto names =
      ReadNameList(Write("# people\n#\nAnn B.\r\n\nCid 2nd\nAnn B.\n#hash\n"), NameList::kPlain);
  ASSERT_TRUE(names.ok()) << names.status();
  EXPECT_THAT(*names, ElementsAre("Ann B.", "Cid 2nd", "#hash"));
  names = ReadNameList(Write("2\n1\nAnn\t3\n1\nBob_B.\t1\n"), NameList::kLfw);
  ASSERT_TRUE(names.ok()) << names.status();
  EXPECT_THAT(*names, ElementsAre("Ann", "Bob_B."));
  names = ReadNameList(Write("10\t1\nAnn\t1\t2\nAnn\t1\tBob\t3\n"), NameList::kLfw);
  ASSERT_TRUE(names.ok()) << names.status();
  EXPECT_THAT(*names, ElementsAre("Ann", "Bob"));
  names = ReadNameList(Write("split, pair, first, second, same\n1, 1, Ann/0, Ann/1, 1\r\n"
                             "1, 2, Ann/0, Bob/1, 0"),
                       NameList::kYtf);
  ASSERT_TRUE(names.ok()) << names.status();
  EXPECT_THAT(*names, ElementsAre("Ann", "Bob"));
}

TEST(ReadNameList, ErrorsNameFileAndLine) {
  const auto error = [](const std::string& text, NameList form) {
    return std::string(ReadNameList(Write(text), form).status().message());
  };
  EXPECT_THAT(error("Ann 1\nBob\n", NameList::kLfw), HasSubstr("names.txt:2: expected a name and"));
  EXPECT_THAT(error("1, 1, Ann/0, Ann/1, 1\nAnn\n", NameList::kYtf),
              HasSubstr("names.txt:2: expected \"split, pair"));
  EXPECT_THAT(error("# nobody\n", NameList::kPlain), HasSubstr("names nobody"));
  EXPECT_EQ(ReadNameList("/no/such/list", NameList::kPlain).status().code(),
            absl::StatusCode::kNotFound);
}

// 5,749 people of LFW by its README; 1,447 of YouTube Faces' splits, counted by another program.
TEST(ReadNameList, OfficialLists) {
  const char* const data = std::getenv("FACET_DATA");
  if (data == nullptr || !std::filesystem::exists(absl::StrCat(data, "/ytf/splits.txt")) ||
      !std::filesystem::exists(absl::StrCat(data, "/lfw/people.txt"))) {
    GTEST_SKIP() << "FACET_DATA has no lists of lfw and ytf";
  }
  const auto lfw = ReadNameList(absl::StrCat(data, "/lfw/people.txt"), NameList::kLfw);
  ASSERT_TRUE(lfw.ok()) << lfw.status();
  EXPECT_EQ(lfw->size(), 5749u);
  const auto pairs = ReadNameList(absl::StrCat(data, "/lfw/pairs.txt"), NameList::kLfw);
  ASSERT_TRUE(pairs.ok()) << pairs.status();
  EXPECT_EQ(pairs->size(), 4281u);
  const auto ytf = ReadNameList(absl::StrCat(data, "/ytf/splits.txt"), NameList::kYtf);
  ASSERT_TRUE(ytf.ok()) << ytf.status();
  EXPECT_EQ(ytf->size(), 1447u);
}

}  // namespace
}  // namespace facet
