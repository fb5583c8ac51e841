#include "core/records/blob_file.h"

#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include <atomic>
#include <filesystem>
#include <map>
#include <thread>

#include "core/base/file.h"
#include "core/base/hash.h"
#include "core/base/random.h"
#include "core/base/test_folder.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace facet {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::StartsWith;

// Row 0 is empty, others cross LMDB's boundary between values in a page and values of their own
// pages (about half a page).
std::string Blob(int64_t row) {
  Random random(static_cast<uint64_t>(row));
  std::string bytes(static_cast<size_t>(row) * 37 % 9000, '\0');
  for (char& byte : bytes) byte = static_cast<char>(random.Bits());
  return bytes;
}

void WriteBlobs(const std::string& path, int64_t count) {
  absl::StatusOr<std::unique_ptr<BlobWriter>> writer = BlobWriter::Create(path);
  ASSERT_TRUE(writer.ok()) << writer.status();
  for (int64_t row = 0; row < count; ++row) {
    const absl::Status status = (*writer)->Append(row, Blob(row));
    ASSERT_TRUE(status.ok()) << status;
  }
  const absl::Status status = (*writer)->Finish();
  ASSERT_TRUE(status.ok()) << status;
}

TEST(Blobs, SameRowsGiveSameBytesAndReadBack) {
  // 20,000 rows of 4.5 kB on average: several transactions, and a map that has to grow.
  constexpr int64_t kRows = 20000;
  const std::string path = TestPath("crops.mdb"), again = TestPath("again.mdb");
  WriteBlobs(path, kRows);
  // Memory that the allocator hands out again must not leak into the second file.
  {
    std::vector<std::string> dirt(2000, std::string(8192, '\x5a'));
  }
  WriteBlobs(again, kRows);
  EXPECT_EQ(*Sha256File(path), *Sha256File(again));
  EXPECT_FALSE(std::filesystem::exists(path + ".writing"));

  const absl::StatusOr<std::unique_ptr<BlobReader>> reader = BlobReader::Open(path);
  ASSERT_TRUE(reader.ok()) << reader.status();
  EXPECT_EQ((*reader)->size(), kRows);
  for (int64_t row = 0; row < kRows; row += 7) {
    const absl::StatusOr<std::string_view> bytes = (*reader)->Get(row);
    ASSERT_TRUE(bytes.ok()) << bytes.status();
    ASSERT_EQ(*bytes, Blob(row)) << row;
  }
  const absl::Status missing = (*reader)->Get(kRows).status();
  EXPECT_EQ(missing.code(), absl::StatusCode::kNotFound);
  EXPECT_THAT(std::string(missing.message()), HasSubstr("crops.mdb has no row 20000"));
}

TEST(Blobs, ReadOnlyFileInReadOnlyFolderFromManyThreads) {
  const std::string path = TestPath("crops.mdb");
  ::chmod(std::filesystem::path(path).parent_path().c_str(), 0755);
  ::unlink(path.c_str());
  WriteBlobs(path, 100);
  ASSERT_EQ(::chmod(path.c_str(), 0444), 0);
  ASSERT_EQ(::chmod(std::filesystem::path(path).parent_path().c_str(), 0555), 0);
  const auto before = std::filesystem::last_write_time(path);
  const absl::StatusOr<std::unique_ptr<BlobReader>> reader = BlobReader::Open(path);
  ASSERT_TRUE(reader.ok()) << reader.status();
  std::atomic<int> wrong{0};
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&] {
      for (int64_t row = 0; row < 100; ++row) {
        const absl::StatusOr<std::string_view> bytes = (*reader)->Get(row);
        if (!bytes.ok() || *bytes != Blob(row)) ++wrong;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(wrong, 0);
  EXPECT_EQ(std::filesystem::last_write_time(path), before);
  int files = 0;
  for ([[maybe_unused]] const auto& entry :
       std::filesystem::directory_iterator(std::filesystem::path(path).parent_path())) {
    ++files;  // no lock file appeared
  }
  EXPECT_EQ(files, 1);
  ::chmod(std::filesystem::path(path).parent_path().c_str(), 0755);
}

TEST(Blobs, RowsMustAscendAndGapsAreAllowed) {
  const std::string path = TestPath("crops.mdb");
  absl::StatusOr<std::unique_ptr<BlobWriter>> writer = BlobWriter::Create(path);
  ASSERT_TRUE(writer.ok());
  EXPECT_EQ((*writer)->Append(-1, "x").code(), absl::StatusCode::kInvalidArgument);
  ASSERT_TRUE((*writer)->Append(5, "five").ok());
  EXPECT_EQ((*writer)->Append(5, "x").code(), absl::StatusCode::kInvalidArgument);
  ASSERT_TRUE((*writer)->Append(300, "three hundred").ok());
  ASSERT_TRUE((*writer)->Finish().ok());
  const absl::StatusOr<std::unique_ptr<BlobReader>> reader = BlobReader::Open(path);
  ASSERT_TRUE(reader.ok());
  EXPECT_EQ(*(*reader)->Get(300), "three hundred");
  EXPECT_EQ((*reader)->Get(6).status().code(), absl::StatusCode::kNotFound);
}

TEST(Blobs, NothingIsLeftWithoutFinishAndEmptyStoresWork) {
  const std::string path = TestPath("crops.mdb");
  {
    absl::StatusOr<std::unique_ptr<BlobWriter>> writer = BlobWriter::Create(path);
    ASSERT_TRUE(writer.ok());
    ASSERT_TRUE((*writer)->Append(0, "x").ok());
  }
  EXPECT_FALSE(std::filesystem::exists(path));
  EXPECT_FALSE(std::filesystem::exists(path + ".writing"));
  WriteBlobs(path, 0);
  const absl::StatusOr<std::unique_ptr<BlobReader>> reader = BlobReader::Open(path);
  ASSERT_TRUE(reader.ok()) << reader.status();
  EXPECT_EQ((*reader)->size(), 0);
}

// What LMDB calls an input/output error: the last write before the end is cut short.
TEST(Blobs, AFullDiskIsNamed) {
  const std::string disk = TestPath("disk");
  std::filesystem::create_directories(disk);
  // Full while rows are written, after any number of pages; and while the copy is.
  for (const auto& [size, rows] : std::map<const char*, int64_t>{
           {"size=1m", 4000}, {"size=3100k", 4000}, {"size=5m", 4000}, {"size=8m", 1000}}) {
    if (::mount("none", disk.c_str(), "tmpfs", 0, size) != 0) {
      GTEST_SKIP() << "may not mount a file system";
    }
    absl::Status status;
    {
      const auto writer = *BlobWriter::Create(disk + "/crops.mdb");
      for (int64_t row = 0; row < rows && status.ok(); ++row) {
        status = writer->Append(row, Blob(row));
      }
      if (status.ok()) status = writer->Finish();
    }
    EXPECT_TRUE(std::filesystem::is_empty(disk));
    ::umount2(disk.c_str(), MNT_DETACH);
    EXPECT_TRUE(absl::IsResourceExhausted(status)) << size << status;
    EXPECT_THAT(std::string(status.message()),
                AllOf(StartsWith("cannot write " + disk + "/crops.mdb"),
                      HasSubstr("No space left on device; that disk is full: make room there")));
  }
}

TEST(Blobs, DamagedFilesAreRefused) {
  const std::string path = TestPath("crops.mdb");
  WriteBlobs(path, 500);
  std::filesystem::resize_file(path, std::filesystem::file_size(path) / 2);
  absl::Status status = BlobReader::Open(path).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kDataLoss) << status;
  EXPECT_THAT(std::string(status.message()), HasSubstr("cut off"));
  ASSERT_TRUE(WriteFileAtomically(path, std::string(10000, 'x')).ok());
  status = BlobReader::Open(path).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kDataLoss) << status;
  ASSERT_TRUE(WriteFileAtomically(path, "").ok());
  EXPECT_FALSE(BlobReader::Open(path).ok());
  EXPECT_EQ(BlobReader::Open(TestPath("absent")).status().code(), absl::StatusCode::kNotFound);
}

}  // namespace
}  // namespace facet
