#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <set>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "core/base/file.h"
#include "core/base/hash.h"
#include "core/base/json.h"
#include "core/base/random.h"
#include "core/base/suggest.h"
#include "core/base/test_folder.h"
#include "gtest/gtest.h"

namespace facet {
namespace {

namespace fs = std::filesystem;

// FIPS 180-2, appendix B.1 and B.2.
TEST(Sha256, PublishedVectors) {
  EXPECT_EQ(Sha256Hex("abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  EXPECT_EQ(Sha256Hex("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq"),
            "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
}

TEST(Sha256, FileDigestIsThatOfItsContent) {
  const std::string path = testing::TempDir() + "/digest";
  ASSERT_TRUE(WriteFileAtomically(path, std::string(100000, 'x')).ok());
  EXPECT_EQ(Sha256File(path).value(), Sha256Hex(std::string(100000, 'x')));
  EXPECT_EQ(Sha256File(path + ".missing").status().code(), absl::StatusCode::kNotFound);
}

TEST(File, ReplacesAtomicallyAndNamesThePath) {
  const std::string path = testing::TempDir() + "/text";
  ASSERT_TRUE(WriteFileAtomically(path, "one").ok());
  ASSERT_TRUE(WriteFileAtomically(path, std::string("t\0o", 3)).ok());
  EXPECT_EQ(ReadFile(path).value(), std::string("t\0o", 3));
  const absl::Status status = WriteFileAtomically(testing::TempDir() + "/none/text", "x");
  EXPECT_NE(status.message().find("none/text"), std::string::npos);
  EXPECT_FALSE(ReadFile(testing::TempDir()).ok());
}

TEST(File, SyncsFilesAndFolders) {
  const std::string path = testing::TempDir() + "/synced";
  ASSERT_TRUE(WriteFileAtomically(path, "x").ok());
  EXPECT_TRUE(Sync(path).ok());
  EXPECT_TRUE(Sync(FolderOf(path)).ok());
  EXPECT_EQ(Sync(path + ".missing").code(), absl::StatusCode::kNotFound);
  EXPECT_EQ(FolderOf("name"), ".");
  EXPECT_EQ(FolderOf("a/b/name"), "a/b");
}

TEST(Random, EqualSeedsEqualStreamsAndUnbiasedIndex) {
  Random a(7), b(7);
  std::vector<int> counts(5);
  for (int i = 0; i < 5000; ++i) {
    const uint64_t index = a.Index(5);
    EXPECT_EQ(index, b.Index(5));
    ++counts[index];
  }
  // 1000 expected, standard deviation sqrt(5000 * .2 * .8) = 28; five of them.
  for (const int count : counts) EXPECT_NEAR(count, 1000, 142);
}

// The first output of std::mt19937_64 with its default seed 5489; the standard fixes the 10000th as
// 9981545732273789042 ([rand.predef]).
TEST(Random, IsTheStandardsEngine) {
  Random random(5489);
  uint64_t bits = 0;
  for (int i = 0; i < 10000; ++i) bits = random.Bits();
  EXPECT_EQ(bits, 9981545732273789042u);
}

TEST(Random, NormalHasUnitVariance) {
  Random random(3);
  double sum = 0, squares = 0;
  constexpr int kDraws = 100000;
  for (int i = 0; i < kDraws; ++i) {
    const double value = random.Normal();
    sum += value;
    squares += value * value;
  }
  EXPECT_NEAR(sum / kDraws, 0.0, 0.016);       // 5 / sqrt(n)
  EXPECT_NEAR(squares / kDraws, 1.0, 0.0224);  // 5 sqrt(2 / n)
}

TEST(Random, DerivedSeedsDifferByName) {
  std::set<uint64_t> seeds;
  for (const char* name : {"train", "embed", "test", ""}) seeds.insert(DeriveSeed(1, name));
  EXPECT_EQ(seeds.size(), 4u);
  EXPECT_EQ(DeriveSeed(1, "train"), DeriveSeed(1, "train"));
  EXPECT_NE(DeriveSeed(1, "train"), DeriveSeed(2, "train"));
}

TEST(Suggest, DistanceCountsTranspositionsOnceAndFoldsCase) {
  EXPECT_EQ(EditDistance("margin", "margin"), 0);
  EXPECT_EQ(EditDistance("Margin", "margin"), 0);
  EXPECT_EQ(EditDistance("weight-decay", "weight_decay"), 0);
  EXPECT_EQ(EditDistance("magrin", "margin"), 1);
  EXPECT_EQ(EditDistance("kitten", "sitting"), 3);
}

TEST(Suggest, NearestStaysNear) {
  const std::vector<std::string> known = {"haar", "yunet", "given", "central"};
  EXPECT_EQ(Nearest("harr", known), "haar");
  EXPECT_EQ(Nearest("centre", known), "central");
  EXPECT_EQ(Nearest("dlib", known), "");
  EXPECT_EQ(Nearest("cen", known), "central");
}

TEST(Json, DumpIsCanonicalAndErrorsNameTheSource) {
  EXPECT_EQ(Dump({{"b", 0.1}, {"a", 1}}), R"({"a":1,"b":0.1})");
  const absl::StatusOr<Json> bad = ParseJson("{\"a\": }", "x.json");
  EXPECT_EQ(bad.status().message().substr(0, 6), "x.json");
}

// In words of ours: whoever reads them has no business with the parser.
TEST(Json, WhatIsNoneIsToldByItsPlace) {
  const auto said = [](const std::string& text) {
    return std::string(ParseJson(text, "x.json").status().message());
  };
  EXPECT_EQ(said(""), "x.json is not JSON: it is empty");
  EXPECT_EQ(said(" \n"), "x.json is not JSON: it is empty");
  EXPECT_EQ(said("{\n\"a\": 1,\n"), "x.json is not JSON: it is cut off in line 3");
  EXPECT_EQ(said("{\"a\": \"b"), "x.json is not JSON: it is cut off in line 1");
  EXPECT_EQ(said("x"), "x.json is not JSON: what stands in line 1, column 1 cannot follow there");
  EXPECT_EQ(said("{\n\"a\": }"),
            "x.json is not JSON: what stands in line 2, column 6 cannot follow there");
  EXPECT_EQ(said("{}\n{}"),
            "x.json is not JSON: what stands in line 2, column 1 cannot follow there");
  EXPECT_EQ(said("[1e999]"), "x.json is not JSON: a number is too large");
}

TEST(Json, WhatIsTooDeepForTheStackIsRefused) {
  const auto nested = [](size_t levels) {
    return std::string(levels, '[') + "\"[[\\\"[\"" + std::string(levels, ']');
  };
  EXPECT_TRUE(ParseJson(nested(256), "x.json").ok());
  EXPECT_EQ(ParseJson(nested(257), "x.json").status().message(),
            "x.json has more than 256 lists and objects within each other");
  EXPECT_FALSE(ParseJson(std::string(10'000'000, '['), "x.json").ok());
}

// Reading the first page of one's own memory is an input/output error.
TEST(File, AFaultOfTheMachineIsNoneOfTheFile) {
  EXPECT_TRUE(absl::IsUnavailable(ReadFile("/proc/self/mem").status()));
  EXPECT_TRUE(absl::IsUnavailable(Sha256File("/proc/self/mem").status()));
  EXPECT_TRUE(absl::IsUnavailable(FileError(EMFILE, "x")));
  EXPECT_TRUE(absl::IsNotFound(ReadFile("/no/such/file").status()));
  EXPECT_NE(ReadFile("/proc/self/status").value().find("VmSize"), std::string::npos);
  EXPECT_EQ(ReadFile("/proc").status().message(), "cannot read /proc: is a folder");
}

TEST(File, WritingFollowsNoLinkThatWasPlanted) {
  const std::filesystem::path folder = TestFolder();
  const std::string path = (folder / "report.txt").string(), victim = (folder / "victim").string();
  ASSERT_TRUE(WriteFileAtomically(victim, "mine").ok());
  // The names that were used once, and the place itself.
  for (const std::string& planted : {absl::StrCat(path, ".", ::getpid(), ".tmp"), path}) {
    std::filesystem::create_symlink(victim, planted);
    ASSERT_TRUE(WriteFileAtomically(path, "theirs").ok());
    EXPECT_EQ(*ReadFile(victim), "mine");
    EXPECT_EQ(*ReadFile(path), "theirs");
    std::filesystem::remove(path);
  }
}

TEST(Hash, HexadecimalDigitsAreBytes) {
  EXPECT_EQ(BytesOfHex("00ff7Fa0"), std::string("\0\xff\x7f\xa0", 4));
  EXPECT_EQ(BytesOfHex(""), "");
}

TEST(Hash, OnlyADigestIsOne) {
  EXPECT_TRUE(IsSha256Hex(Sha256Hex("")));
  EXPECT_FALSE(IsSha256Hex(Sha256Hex("").substr(1)));
  EXPECT_FALSE(IsSha256Hex(std::string(64, 'A')));
  EXPECT_FALSE(IsSha256Hex("../" + std::string(61, 'a')));
}

}  // namespace
}  // namespace facet
