#include "core/app/library_digests.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <string>
#include <thread>

#include "absl/strings/str_cat.h"
#include "core/base/file.h"
#include "core/base/hash.h"
#include "core/base/test_folder.h"

namespace facet {
namespace {

namespace fs = std::filesystem;

void PutText(const std::string& path, const std::string& text) { std::ofstream(path) << text; }

class LibraryDigestsTest : public testing::Test {
 protected:
  // As the next command would ask.
  std::string Ask(int64_t* num_hashed) const {
    LibraryDigests digests(kept_);
    const std::string digest = digests.Of(library_).value_or("none");
    digests.Keep();
    *num_hashed = digests.num_hashed();
    return digest;
  }
  // Until what was written is older than a second.
  void WaitUntilOld() const {
    int64_t num_hashed = 0;
    while (Ask(&num_hashed), !fs::exists(kept_)) {
      std::this_thread::sleep_for(std::chrono::milliseconds(20));
    }
  }

  const std::string folder_ = TestFolder();
  const std::string library_ = folder_ + "/liba.so", kept_ = folder_ + "/cache/libraries";
};

TEST_F(LibraryDigestsTest, WhatIsKnownIsNotHashedUntilItChanges) {
  PutText(library_, "one");
  int64_t num_hashed = 0;
  EXPECT_EQ(Ask(&num_hashed), Sha256Hex("one"));
  EXPECT_EQ(num_hashed, 1);
  WaitUntilOld();
  EXPECT_EQ(Ask(&num_hashed), Sha256Hex("one"));
  EXPECT_EQ(num_hashed, 0);

  // As large, and made to look as old.
  const auto time = fs::last_write_time(library_);
  PutText(library_, "two");
  fs::last_write_time(library_, time);
  EXPECT_EQ(Ask(&num_hashed), Sha256Hex("two"));
  EXPECT_EQ(num_hashed, 1);
}

TEST_F(LibraryDigestsTest, WhatLooksNewIsNotRemembered) {
  PutText(library_, "one");
  fs::last_write_time(library_, fs::file_time_type::clock::now() + std::chrono::hours(1));
  int64_t num_hashed = 0;
  for (int i = 0; i < 2; ++i) {
    EXPECT_EQ(Ask(&num_hashed), Sha256Hex("one"));
    EXPECT_EQ(num_hashed, 1);
  }
  EXPECT_FALSE(fs::exists(kept_));
}

TEST_F(LibraryDigestsTest, AnotherFileInItsPlaceIsSeen) {
  PutText(library_, "one");
  WaitUntilOld();
  PutText(folder_ + "/new", "two");
  fs::rename(folder_ + "/new", library_);
  int64_t num_hashed = 0;
  EXPECT_EQ(Ask(&num_hashed), Sha256Hex("two"));
}

TEST_F(LibraryDigestsTest, ADamagedFileAndNoneAreNothingKnown) {
  PutText(library_, "one");
  WaitUntilOld();
  std::string rotten = ReadFile(kept_).value_or("");
  const size_t digit = rotten.find(Sha256Hex("one"));
  ASSERT_NE(digit, std::string::npos);
  rotten[digit] = rotten[digit] == '0' ? '1' : '0';
  for (const std::string& text : {std::string(), std::string("facet libraries 0\n"),
                                  std::string("facet libraries 2\nx y\nx y z\n"), rotten}) {
    PutText(kept_, text);
    int64_t num_hashed = 0;
    EXPECT_EQ(Ask(&num_hashed), Sha256Hex("one")) << text;
    EXPECT_EQ(num_hashed, 1) << text;
  }
  LibraryDigests forgetful("");
  EXPECT_EQ(forgetful.Of(library_).value_or(""), Sha256Hex("one"));
  forgetful.Keep();
  EXPECT_FALSE(forgetful.Of(folder_ + "/none.so").ok());
}

TEST_F(LibraryDigestsTest, WhatIsNoFileIsNotWaitedFor) {
  PutText(library_, "one");
  fs::create_directory(folder_ + "/cache");
  ASSERT_EQ(::mkfifo(kept_.c_str(), 0600), 0);
  int64_t num_hashed = 0;
  EXPECT_EQ(Ask(&num_hashed), Sha256Hex("one"));
}

TEST_F(LibraryDigestsTest, WhatIsGoneIsForgotten) {
  const std::string gone = folder_ + "/libgone.so";
  PutText(library_, "one");
  PutText(gone, "gone");
  WaitUntilOld();
  {
    LibraryDigests digests(kept_);
    EXPECT_TRUE(digests.Of(gone).ok());
    digests.Keep();
  }
  EXPECT_NE(ReadFile(kept_).value_or("").find("libgone.so"), std::string::npos);
  fs::remove(gone);
  // Another time: it is hashed until it can be remembered, which writes the file anew.
  fs::last_write_time(library_, fs::last_write_time(library_) - std::chrono::hours(1));
  int64_t num_hashed = 0;
  while (Ask(&num_hashed), num_hashed > 0) {
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
  }
  const std::string kept = ReadFile(kept_).value_or("");
  EXPECT_NE(kept.find("liba.so"), std::string::npos) << kept;
  EXPECT_EQ(kept.find("libgone.so"), std::string::npos) << kept;
}

}  // namespace
}  // namespace facet
