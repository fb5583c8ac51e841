#include "plugins/curators/purity/row_store.h"

#include <cstring>
#include <filesystem>
#include <fstream>
#include <string>

#include "core/base/file.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "plugins/curators/local_descriptors/image_descriptors_testing.h"

namespace facet {
namespace {

constexpr int kStored = 20, kStoredColumns = 7;

std::string FreshPath(const std::string& name) {
  const std::string folder = testing::TempDir() + "/row_store_" + name;
  std::filesystem::remove_all(folder);
  std::filesystem::create_directories(folder);
  return folder + "/rows.f32";
}

cv::Mat AllRows() {
  Random random(5);
  return RandomRows(&random, kStored, kStoredColumns);
}

std::unique_ptr<RowStore> OpenAt(const std::string& path, const std::string& key = "key") {
  return RowStore::Open(path, key, kStored, kStoredColumns).value();
}

// Three blocks: rows 0 .. 4, 5 .. 12, 13 .. 19.
void Write(RowStore* store, int blocks) {
  const cv::Mat rows = AllRows();
  const int ends[] = {0, 5, 13, kStored};
  for (int i = 0; i < blocks; ++i) {
    ASSERT_TRUE(store->Append(rows.rowRange(ends[i], ends[i + 1])).ok());
  }
}

bool Holds(const RowStore& store, int rows) {
  const cv::Mat expected = AllRows();
  return store.num_done() == rows &&
         std::memcmp(store.Row(0), expected.ptr(), sizeof(float) * kStoredColumns * rows) == 0;
}

TEST(RowStore, FindsItsRowsAgain) {
  const std::string path = FreshPath("again");
  Write(OpenAt(path).get(), 2);
  EXPECT_TRUE(Holds(*OpenAt(path), 13));
  {
    const auto store = OpenAt(path);
    ASSERT_TRUE(store->Append(AllRows().rowRange(13, kStored)).ok());
    store->ReleaseMemory();
    EXPECT_TRUE(Holds(*store, kStored));
    EXPECT_EQ(store->Append(AllRows().rowRange(0, 1)).code(), absl::StatusCode::kInvalidArgument);
  }
  EXPECT_TRUE(Holds(*OpenAt(path), kStored));
  EXPECT_EQ(std::filesystem::file_size(path), kStored * kStoredColumns * sizeof(float));
}

TEST(RowStore, AnotherKeyOrSizeBeginsAnew) {
  const std::string path = FreshPath("key");
  Write(OpenAt(path).get(), 3);
  EXPECT_EQ(OpenAt(path, "other")->num_done(), 0);
  EXPECT_EQ(OpenAt(path)->num_done(), 0);
  Write(OpenAt(path).get(), 3);
  EXPECT_EQ(RowStore::Open(path, "key", kStored + 1, kStoredColumns).value()->num_done(), 0);
}

// The journal cut off at every byte, as by a crash: whole entries are believed, and no others.
TEST(RowStore, BelievesWholeEntriesOfItsJournal) {
  const std::string path = FreshPath("cut");
  Write(OpenAt(path).get(), 3);
  const std::string journal = ReadFile(path + ".journal").value();
  for (size_t size = 0; size <= journal.size(); ++size) {
    const std::string cut = journal.substr(0, size);
    ASSERT_TRUE(WriteFileAtomically(path + ".journal", cut).ok());
    const auto lines = std::count(cut.begin(), cut.end(), '\n');
    const int expected[] = {0, 0, 5, 13, kStored};
    ASSERT_TRUE(Holds(*OpenAt(path), expected[lines])) << size;
  }
}

TEST(RowStore, MakesDamagedRowsAnew) {
  const std::string path = FreshPath("damaged");
  Write(OpenAt(path).get(), 3);
  {
    std::fstream file(path, std::ios::in | std::ios::out | std::ios::binary);
    file.seekp(6 * kStoredColumns * sizeof(float));  // row 6, of the second block
    file.put('\x55');
  }
  EXPECT_TRUE(Holds(*OpenAt(path), 5));
}

TEST(RowStore, NamesThePath) {
  const auto status = RowStore::Open("/nowhere/rows", "key", 1, 1).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kNotFound);
  EXPECT_THAT(std::string(status.message()), testing::HasSubstr("/nowhere/rows"));
  EXPECT_EQ(RowStore::Open("/tmp/rows", "key", 0, 1).status().code(),
            absl::StatusCode::kInvalidArgument);
}

}  // namespace
}  // namespace facet
