#include "core/graph/input_digests.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <thread>

#include "core/base/hash.h"
#include "core/base/test_folder.h"

namespace facet {
namespace {

namespace fs = std::filesystem;

class InputDigestsTest : public testing::Test {
 protected:
  void SetUp() override {
    folder_ = TestFolder();
    fs::create_directories(folder_ / "data/b");
    Write("data/a.txt", "one");
    Write("data/b/c.txt", "two");
  }
  void Write(const std::string& name, const std::string& text) const {
    std::ofstream(folder_ / name) << text;
  }
  std::string Index() const { return (folder_ / "index.sqlite").string(); }
  ExternalInput Folder(const std::string& name = "data") const {
    return {"data.root", (folder_ / name).string(), true};
  }
  // The digest by an object of its own, as a new process would ask.
  std::string Digest(const ExternalInput& input, int64_t* num_hashed = nullptr) const {
    InputDigests digests(Index());
    const absl::StatusOr<std::string> digest = digests.Digest(input);
    EXPECT_TRUE(digest.ok()) << digest.status();
    if (num_hashed != nullptr) *num_hashed = digests.num_hashed();
    return digest.value_or("");
  }
  fs::path folder_;
};

TEST_F(InputDigestsTest, AFilesDigestIsItsSha256) {
  EXPECT_EQ(Digest({"detector.model", (folder_ / "data/a.txt").string(), false}), Sha256Hex("one"));
}

TEST_F(InputDigestsTest, AFolderIsItsPathsSizesAndContents) {
  const std::string expected = std::string("a.txt") + '\0' + "3 " + Sha256Hex("one") + "\n" + "b/" +
                               '\0' + "0 folder\n" +  //
                               "b/c.txt" + '\0' + "3 " + Sha256Hex("two") + "\n";
  EXPECT_EQ(Digest(Folder()), Sha256Hex(expected));
}

TEST_F(InputDigestsTest, AMovedFolderKeepsItsDigest) {
  const std::string before = Digest(Folder());
  fs::rename(folder_ / "data", folder_ / "moved");
  EXPECT_EQ(Digest(Folder("moved")), before);
}

TEST_F(InputDigestsTest, ChangesAreSeen) {
  const std::string before = Digest(Folder());
  Write("data/b/c.txt", "TWO");  // of equal size
  const std::string edited = Digest(Folder());
  EXPECT_NE(edited, before);
  Write("data/d.txt", "");
  const std::string added = Digest(Folder());
  EXPECT_NE(added, edited);
  fs::rename(folder_ / "data/d.txt", folder_ / "data/e.txt");
  EXPECT_NE(Digest(Folder()), added);
}

TEST_F(InputDigestsTest, OldFilesAreHashedOnceAndYoungOnesAgain) {
  int64_t num_hashed = 0;
  Digest(Folder(), &num_hashed);
  EXPECT_EQ(num_hashed, 2);
  Digest(Folder(), &num_hashed);
  EXPECT_EQ(num_hashed, 2) << "a file of this second is not trusted to stay";
  std::this_thread::sleep_for(std::chrono::milliseconds(1100));
  const std::string digest = Digest(Folder(), &num_hashed);
  EXPECT_EQ(num_hashed, 2);
  EXPECT_EQ(Digest(Folder(), &num_hashed), digest);
  EXPECT_EQ(num_hashed, 0);
  Write("data/a.txt", "ONE");
  EXPECT_NE(Digest(Folder(), &num_hashed), digest);
  EXPECT_EQ(num_hashed, 1);
}

// A file put in its place with the old size and modification time has another change time.
TEST_F(InputDigestsTest, AReplacedFileWithItsOldTimesIsSeen) {
  std::this_thread::sleep_for(std::chrono::milliseconds(1100));
  const std::string before = Digest(Folder());
  struct stat info;
  const std::string path = (folder_ / "data/a.txt").string();
  ASSERT_EQ(::stat(path.c_str(), &info), 0);
  Write("data/a.txt", "ONE");
  const timespec times[2] = {info.st_atim, info.st_mtim};
  ASSERT_EQ(::utimensat(AT_FDCWD, path.c_str(), times, 0), 0);
  EXPECT_NE(Digest(Folder()), before);
}

TEST_F(InputDigestsTest, LinksAreFollowedAndDanglingOnesAreNoFiles) {
  const std::string before = Digest(Folder());
  fs::create_symlink("nowhere", folder_ / "data/dangling");
  EXPECT_EQ(Digest(Folder()), before);
  fs::create_directory_symlink(folder_ / "data", folder_ / "link");
  EXPECT_EQ(Digest(Folder("link")), before);
}

TEST_F(InputDigestsTest, MissingInputsAreNamed) {
  InputDigests digests(Index());
  const absl::Status status = digests.Digest({"test.data.root", "/no/such/folder", true}).status();
  EXPECT_TRUE(absl::IsNotFound(status));
  EXPECT_NE(status.message().find("test.data.root = \"/no/such/folder\""), std::string::npos);
  EXPECT_FALSE(digests.Digest({"x", (folder_ / "data/a.txt").string(), true}).ok());
  EXPECT_FALSE(digests.Digest({"x", (folder_ / "data").string(), false}).ok());
}

TEST_F(InputDigestsTest, ADamagedIndexCostsTimeOnly) {
  const std::string before = Digest(Folder());
  std::ofstream(Index()) << "this is no database";
  EXPECT_EQ(Digest(Folder()), before);
}

TEST_F(InputDigestsTest, WhatIsKeptMayBeMissing) {
  ExternalInput file{"curator.decisions", (folder_ / "log").string(), false, true};
  const std::string missing = Digest(file);
  Write("log", "a decision");
  EXPECT_NE(Digest(file), missing);
  EXPECT_EQ(Digest(file), Sha256Hex("a decision"));

  ExternalInput folder{"curator.folder", (folder_ / "web").string(), true, true};
  const std::string before = Digest(folder);
  fs::create_directories(folder_ / "web");
  Write("web/image", "jpeg");
  EXPECT_EQ(Digest(folder), before);
}

TEST_F(InputDigestsTest, OnlyFilesThatThePatternsNameCount) {
  ExternalInput images = Folder();
  images.files = {"*.txt", "*/*.jpg"};
  Write("data/b/1.jpg", "pixels");
  const std::string before = Digest(images);
  Write("data/.DS_Store", "x");
  Write("data/b/.DS_Store", "x");
  for (const char* left : {"Thumbs.db", "desktop.ini", "@eaDir/1.jpg", "__MACOSX/1.jpg"}) {
    fs::create_directories((folder_ / "data" / left).parent_path());
    Write(std::string("data/") + left, "x");
  }
  Write("data/b/Thumbs.db", "x");
  Write("data/b/c.txt", "another");
  fs::create_directories(folder_ / "data/lost+found");
  Write("data/lost+found/1.jpg", "x");
  fs::create_directories(folder_ / "data/b/deeper");
  Write("data/b/deeper/1.jpg", "x");
  fs::create_directory_symlink(folder_ / "data", folder_ / "data/b/circle");
  EXPECT_EQ(Digest(images), before);
  Write("data/a.txt", "a list that has changed");
  const std::string other_list = Digest(images);
  EXPECT_NE(other_list, before);
  Write("data/b/2.jpg", "more");
  EXPECT_NE(Digest(images), other_list);
}

absl::StatusOr<std::vector<std::string>> ReadLines(
    const std::map<std::string, std::string>& artifact, const ExternalInput&) {
  std::vector<std::string> lines;
  std::ifstream stream(artifact.at("list"));
  for (std::string line; std::getline(stream, line);) lines.push_back(line);
  return lines;
}

TEST_F(InputDigestsTest, OnlyWhatAnArtifactListsCounts) {
  ExternalInput images = Folder();
  images.list = &ReadLines;
  Write("list", "b/c.txt\ngone.txt\n");
  const auto digest = [&](const std::string& content) {
    InputDigests digests(Index());
    return *digests.DigestOfListed(images, {{"list", (folder_ / "list").string()}}, content);
  };
  const std::string before = digest("1");
  Write("data/a.txt", "not listed");
  EXPECT_EQ(digest("1"), before);
  Write("data/b/c.txt", "listed");
  const std::string changed = digest("1");
  EXPECT_NE(changed, before);
  Write("data/gone.txt", "it is there again");
  EXPECT_NE(digest("1"), changed);
  Write("list", "b/c.txt\n");
  EXPECT_NE(digest("2"), changed);
  // Within a run the list is read once.
  InputDigests digests(Index());
  const std::map<std::string, std::string> artifact = {{"list", (folder_ / "list").string()}};
  const std::string first = *digests.DigestOfListed(images, artifact, "2");
  Write("data/b/c.txt", "another");
  EXPECT_EQ(*digests.DigestOfListed(images, artifact, "2"), first);
}

// What a data set finds may depend on it: an image that is a folder, one that is there but empty.
TEST_F(InputDigestsTest, AFolderWhereAFileIsMeantCounts) {
  ExternalInput images = Folder();
  images.files = {"*/*.jpg"};
  const std::string before = Digest(images);
  fs::create_directories(folder_ / "data/b/1.jpg");
  EXPECT_NE(Digest(images), before);
}

TEST_F(InputDigestsTest, ALinkToAFolderThatItLiesInShowsNothingNew) {
  ExternalInput images = Folder();
  images.files = {"**/*.txt"};
  const std::string before = Digest(images);
  fs::create_directory_symlink(folder_ / "data", folder_ / "data/b/circle");
  EXPECT_EQ(Digest(images), before);
  Digest(Folder());
  // Two links to one folder are no circle.
  fs::remove(folder_ / "data/b/circle");
  fs::create_directories(folder_ / "faces");
  fs::create_directory_symlink(folder_ / "faces", folder_ / "data/one");
  fs::create_directory_symlink(folder_ / "faces", folder_ / "data/two");
  Digest(Folder());
}

TEST_F(InputDigestsTest, AFolderThatCannotBeListedIsNamed) {
  if (::geteuid() == 0) GTEST_SKIP() << "root may list every folder";
  fs::create_directories(folder_ / "data/locked");
  fs::permissions(folder_ / "data/locked", fs::perms::none);
  InputDigests digests(Index());
  const absl::Status status = digests.Digest(Folder()).status();
  EXPECT_NE(status.message().find("data/locked; make it readable"), std::string::npos) << status;
  fs::permissions(folder_ / "data/locked", fs::perms::owner_all);
}

// One path in two roles within a run: an option that keeps the file, another that reads it.
TEST_F(InputDigestsTest, APathIsRememberedWithItsRole) {
  InputDigests digests(Index());
  const std::string path = (folder_ / "data").string();
  EXPECT_EQ(*digests.Digest({"curator.folder", path, true, true}), "kept");
  EXPECT_EQ(*digests.Digest({"data.root", path, true, false}), Digest(Folder()));
}

TEST_F(InputDigestsTest, WhatIsNoRegularFileIsRefused) {
  const std::string pipe = (folder_ / "pipe").string();
  ASSERT_EQ(::mkfifo(pipe.c_str(), 0600), 0);
  for (const std::string& path : {pipe, std::string("/dev/null")}) {
    InputDigests digests(Index());
    const absl::Status status = digests.Digest({"detector.model", path, false}).status();
    EXPECT_TRUE(absl::IsInvalidArgument(status)) << status;
    EXPECT_NE(status.message().find("no regular file"), std::string::npos) << status;
  }
}

}  // namespace
}  // namespace facet
