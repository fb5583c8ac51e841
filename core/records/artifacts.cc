#include "core/records/artifacts.h"

#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <fstream>

#include "core/base/json.h"

namespace facet {
namespace {

constexpr size_t kBufferBytes = 1 << 20;

class FileLineWriter final : public LineWriter {
 public:
  FileLineWriter(std::FILE* file, std::string path) : file_(file), path_(std::move(path)) {}
  ~FileLineWriter() override {
    if (file_ != nullptr) std::fclose(file_);
  }

  absl::Status Write(const Json& line) override {
    std::string text = Dump(line);
    text.push_back('\n');
    if (std::fwrite(text.data(), 1, text.size(), file_) != text.size()) return Error("write");
    return absl::OkStatus();
  }

  absl::Status Finish() override {
    if (std::fflush(file_) != 0 || ::fsync(::fileno(file_)) != 0) return Error("sync");
    return std::fclose(std::exchange(file_, nullptr)) == 0 ? absl::OkStatus() : Error("close");
  }

 private:
  absl::Status Error(const char* what) const {
    return absl::ErrnoToStatus(errno, absl::StrCat("cannot ", what, " ", path_));
  }

  std::FILE* file_;
  std::string path_;
};

}  // namespace

absl::StatusOr<std::unique_ptr<LineWriter>> LineWriter::Create(const std::string& path) {
  std::FILE* const file = std::fopen(path.c_str(), "wbe");
  if (file == nullptr) return absl::ErrnoToStatus(errno, absl::StrCat("cannot write ", path));
  std::setvbuf(file, nullptr, _IOFBF, kBufferBytes);
  return std::unique_ptr<LineWriter>(std::make_unique<FileLineWriter>(file, path));
}

absl::Status ForEachLine(const std::string& path,
                         const std::function<absl::Status(const Json& line)>& take) {
  std::vector<char> buffer(kBufferBytes);
  std::ifstream stream;
  stream.rdbuf()->pubsetbuf(buffer.data(), static_cast<std::streamsize>(buffer.size()));
  stream.open(path, std::ios::binary);
  if (!stream) return absl::ErrnoToStatus(errno, absl::StrCat("cannot read ", path));
  std::string text;
  for (int64_t number = 1; std::getline(stream, text); ++number) {
    const std::string place = absl::StrCat(path, ":", number);
    if (stream.eof()) return absl::DataLossError(absl::StrCat(place, ": the file is cut off here"));
    FACET_ASSIGN_OR_RETURN(const Json line, ParseJson(text, place));
    FACET_RETURN_IF_ERROR(Annotate(take(line), place));
  }
  if (stream.bad()) return absl::DataLossError(absl::StrCat("reading ", path, " failed"));
  return absl::OkStatus();
}

absl::Status WriteLines(const std::string& path, const std::vector<Json>& lines) {
  FACET_ASSIGN_OR_RETURN(const std::unique_ptr<LineWriter> writer, LineWriter::Create(path));
  for (const Json& line : lines) FACET_RETURN_IF_ERROR(writer->Write(line));
  return writer->Finish();
}

absl::StatusOr<std::vector<Json>> ReadLines(const std::string& path) {
  std::vector<Json> lines;
  FACET_RETURN_IF_ERROR(ForEachLine(path, [&](const Json& line) {
    lines.push_back(line);
    return absl::OkStatus();
  }));
  return lines;
}

absl::StatusOr<DatasetContents> ReadDataset(const std::string& samples_path,
                                            const std::string& protocol_path) {
  DatasetContents contents;
  FACET_ASSIGN_OR_RETURN(contents.samples, ReadRecords<Sample>(samples_path, &SampleFromJson));
  FACET_ASSIGN_OR_RETURN(const Json protocol, ReadJsonFile(protocol_path));
  absl::StatusOr<Protocol> parsed = ProtocolFromJson(protocol);
  if (!parsed.ok()) return Annotate(parsed.status(), protocol_path);
  contents.protocol = *std::move(parsed);
  return contents;
}

}  // namespace facet
