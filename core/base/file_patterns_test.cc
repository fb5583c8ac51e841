#include "core/base/file_patterns.h"

#include <string>

#include "gtest/gtest.h"

namespace facet {
namespace {

TEST(FilePatterns, AsInAShell) {
  const FilePatterns patterns({"*.txt", "*/*.jpg", "deep/**/*.png"});
  for (const char* path : {"a.txt", "Ann/1.jpg", "deep/1.png", "deep/a/1.png", "deep/a/b/1.png"}) {
    EXPECT_TRUE(patterns.Match(path)) << path;
  }
  for (const char* path :
       {"a.csv", "1.jpg", "Ann/b/1.jpg", "Ann/1.png", "a/deep/1.png", "Ann/1.txt", ".a.txt",
        "Ann/.1.jpg", ".Ann/1.jpg", "deep/.a/1.png", "deep/a/.1.png", "lost+found/1.jpg",
        "deep/lost+found/1.png", "deep", "Ann"}) {
    EXPECT_FALSE(patterns.Match(path)) << path;
  }
}

TEST(FilePatterns, WhatSystemsLeaveAmongFilesIsNeverMeant) {
  const FilePatterns patterns({"*", "**/*"});
  for (const char* name :
       {".DS_Store", "._1.jpg", ".ipynb_checkpoints", "Thumbs.db", "THUMBS.DB", "desktop.ini",
        "Desktop.ini", "__MACOSX", "@eaDir", "#recycle", "$Recycle.Bin", "@Recycle", "@__thumb",
        "System Volume Information", "Icon\r"}) {
    EXPECT_FALSE(patterns.Match(name)) << name;
    EXPECT_FALSE(patterns.Match(std::string("Ann/") + name)) << name;
    EXPECT_FALSE(patterns.Match(std::string(name) + "/1.jpg")) << name;
    EXPECT_FALSE(patterns.MayMatchBelow(name)) << name;
  }
  // What only looks like them.
  for (const char* name :
       {"#hash", "@home", "__init__", "Thumbs", "Thumbs.db.jpg", "$HOME", "Icon", "\xff.jpg"}) {
    EXPECT_TRUE(patterns.Match(name)) << name;
  }
}

TEST(FilePatterns, FoldersThatNeedNotBeEntered) {
  const FilePatterns patterns({"*/*.jpg", "deep/**/*.png", ".hidden/a"});
  for (const char* folder : {"", "Ann", "deep", "deep/a", "deep/a/b", ".hidden"}) {
    EXPECT_TRUE(patterns.MayMatchBelow(folder)) << folder;
  }
  for (const char* folder : {"Ann/b", "lost+found", ".git", "deep/.a", ".hidden/b"}) {
    EXPECT_FALSE(patterns.MayMatchBelow(folder)) << folder;
  }
}

TEST(FilePatterns, ASpecialNameIsMeantWhereItIsWritten) {
  EXPECT_TRUE(FilePatterns({".index/*"}).Match(".index/a"));
  EXPECT_TRUE(FilePatterns({"lost+found/*"}).Match("lost+found/a"));
}

TEST(FilePatterns, WithoutPatternsEveryFile) {
  for (const char* path : {"a", "a/b/c", ".a/.b", "lost+found/a"}) {
    EXPECT_TRUE(FilePatterns({}).Match(path)) << path;
    EXPECT_TRUE(FilePatterns({}).MayMatchBelow(path)) << path;
  }
}

}  // namespace
}  // namespace facet
