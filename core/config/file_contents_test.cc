#include "core/config/file_contents.h"

#include <string>

#include "gtest/gtest.h"

namespace facet {
namespace {

using std::string_literals::operator""s;

std::string What(const std::string& path, const std::string& start) {
  return ForeignContent(path, start).what;
}

TEST(FileContentsTest, DownloadsThatDidNotSucceedAreNamed) {
  const std::string pointer =
      "version https://git-lfs.github.com/spec/v1\noid sha256:0000\nsize 514\n";
  for (const char* path : {"w.safetensors", "m.onnx", "list.csv", "faces.bin"}) {
    EXPECT_EQ(What(path, pointer), "a Git-LFS pointer, not the file itself") << path;
    EXPECT_FALSE(ForeignContent(path, pointer).as_named);
  }
  for (const char* page :
       {"<!DOCTYPE html><html>", "\n <html lang=\"en\">", "\xEF\xBB\xBF<!doctype HTML>",
        "<?xml version=\"1.0\"?>\n<!DOCTYPE x>\n<html>"}) {
    EXPECT_EQ(What("w.safetensors", page), "an HTML page") << page;
  }
  EXPECT_TRUE(ForeignContent("page.html", "<html>").as_named);
  EXPECT_EQ(What("m.onnx", "404: Not Found"), "text, which begins \"404: Not Found\"");
  EXPECT_EQ(What("m.onnx", ""), "empty");
  EXPECT_EQ(What("list.csv", "404: Not Found"), "");  // a table may say so
  EXPECT_EQ(What("list.csv", ""), "");
  EXPECT_EQ(What("layout.xml", "<?xml version=\"1.0\"?>\n<opencv_storage>"), "");
}

TEST(FileContentsTest, ArchivesAreNamedAndSoIsWhatTheirNamesSay) {
  EXPECT_EQ(What("w.safetensors", "PK\x03\x04\x14"),
            "a zip archive, as PyTorch's .pt and .pth are");
  EXPECT_FALSE(ForeignContent("w.safetensors", "PK\x03\x04").as_named);
  for (const char* path : {"w.pt", "W.PTH", "w.zip"}) {
    EXPECT_TRUE(ForeignContent(path, "PK\x03\x04").as_named) << path;
  }
  EXPECT_EQ(What("w.caffemodel", "\x1F\x8B\x08"), "compressed with gzip");
  EXPECT_EQ(What("w.dat", "BZh91AY"), "compressed with bzip2");
  EXPECT_EQ(What("w.safetensors", std::string(257, '\0') + "ustar"), "a tar archive");
  EXPECT_EQ(What("w.onnx",
                 "\xFD"
                 "7zXZ\0"s),
            "compressed with xz");
  EXPECT_EQ(What("w.caffemodel", "\x89HDF\r\n\x1A\n"), "an HDF5 file");
}

// First bytes of `pickle.dumps({}, protocol=N)` of Python 3.11, and of PyTorch's own files before
// they were zip archives.
TEST(FileContentsTest, PicklesAreNotTakenForSafetensors) {
  for (const std::string& start :
       {"\x80\x02}q\0."s, "\x80\x03}q\0."s, "\x80\x04}\x94."s, "\x80\x05}\x94."s,
        "\x80\x04\x95\x0A\0\0\0"s, "\x80\x02\x8A\x0Al\xFC\x9C"s}) {
    EXPECT_EQ(What("w.safetensors", start), "a pickle, which is a program of Python's");
    EXPECT_TRUE(ForeignContent("faces.bin", start).as_named);
  }
  // Headers of 640 and 1152 bytes.
  for (const std::string& start : {"\x80\x02\0\0\0\0\0\0{\"a\""s, "\x80\x04\0\0\0\0\0\0{\"a\""s}) {
    EXPECT_EQ(What("w.safetensors", start), "");
  }
  EXPECT_EQ(What("m.onnx", "\x08\x07\x12\x07pytorch"s), "");
  EXPECT_EQ(What("m.caffemodel", "\x0A\x0BVGG_FACE_16"s), "");
}

TEST(FileContentsTest, EncodingsAreNamedWithTheirCure) {
  const auto of = [](const std::string& text) { return ForeignEncoding("x.toml", text).what; };
  EXPECT_EQ(of("\xFF\xFEs\0c\0"s), "UTF-16 (little-endian), not UTF-8");
  EXPECT_EQ(of("\xFE\xFF\0s\0c"s), "UTF-16 (big-endian), not UTF-8");
  EXPECT_EQ(of("s\0c\0h\0"s), "UTF-16 (little-endian), not UTF-8");
  EXPECT_EQ(of("\0s\0c\0h"s), "UTF-16 (big-endian), not UTF-8");
  EXPECT_EQ(of("\xFF\xFE\0\0s\0\0\0"s), "UTF-32 (little-endian), not UTF-8");
  EXPECT_EQ(of("s\0\0\0c\0\0\0"s), "UTF-32 (little-endian), not UTF-8");
  EXPECT_EQ(of("schema = 1\n"), "");
  EXPECT_EQ(of("\xEF\xBB\xBFschema = 1\n"), "");
  EXPECT_EQ(of(""), "");
  EXPECT_EQ(ForeignEncoding("x.toml", "\xFF\xFEs\0"s).help,
            "save it as UTF-8, or: iconv -f UTF-16 -t UTF-8 x.toml > utf8.toml");
}

}  // namespace
}  // namespace facet
