#include "core/base/json_lines.h"

#include <unistd.h>

#include <algorithm>
#include <cerrno>

#include "absl/strings/str_cat.h"
#include "core/base/status.h"

namespace facet {
namespace {

constexpr size_t kBufferBytes = 1 << 20;

absl::Status CannotRead(int error, const std::string& path) {
  return absl::ErrnoToStatus(error, absl::StrCat("cannot read ", path));
}

}  // namespace

absl::StatusOr<std::unique_ptr<JsonLineWriter>> JsonLineWriter::Create(const std::string& path) {
  std::FILE* const file = std::fopen(path.c_str(), "wbe");
  if (file == nullptr) return absl::ErrnoToStatus(errno, absl::StrCat("cannot write ", path));
  std::setvbuf(file, nullptr, _IOFBF, kBufferBytes);
  return std::unique_ptr<JsonLineWriter>(new JsonLineWriter(file, path));
}

JsonLineWriter::~JsonLineWriter() {
  if (file_ != nullptr) std::fclose(file_);
}

absl::Status JsonLineWriter::Write(const Json& line) {
  std::string text = Dump(line);
  text.push_back('\n');
  if (std::fwrite(text.data(), 1, text.size(), file_) != text.size()) return Error("write");
  return absl::OkStatus();
}

absl::Status JsonLineWriter::Finish() {
  if (std::fflush(file_) != 0 || ::fsync(::fileno(file_)) != 0) return Error("sync");
  return std::fclose(std::exchange(file_, nullptr)) == 0 ? absl::OkStatus() : Error("close");
}

absl::Status JsonLineWriter::Error(const char* what) const {
  return absl::ErrnoToStatus(errno, absl::StrCat("cannot ", what, " ", path_));
}

JsonLineReader::JsonLineReader(const std::string& path) : path_(path), buffer_(kBufferBytes) {
  stream_.rdbuf()->pubsetbuf(buffer_.data(), static_cast<std::streamsize>(buffer_.size()));
  stream_.open(path, std::ios::binary);
  if (!stream_) open_error_ = errno;
}

absl::StatusOr<std::optional<Json>> JsonLineReader::Next() {
  if (!stream_.is_open()) return CannotRead(open_error_, path_);
  if (!std::getline(stream_, text_)) {
    if (stream_.bad()) return absl::DataLossError(absl::StrCat("reading ", path_, " failed"));
    return std::optional<Json>();
  }
  ++number_;
  if (stream_.eof()) return absl::DataLossError(place() + ": the file is cut off here");
  FACET_ASSIGN_OR_RETURN(Json line, ParseJson(text_, place()));
  return std::optional<Json>(std::move(line));
}

std::string JsonLineReader::place() const { return absl::StrCat(path_, ":", number_); }

absl::Status WriteJsonLines(const std::string& path, const std::vector<Json>& lines) {
  FACET_ASSIGN_OR_RETURN(const std::unique_ptr<JsonLineWriter> writer,
                         JsonLineWriter::Create(path));
  for (const Json& line : lines) FACET_RETURN_IF_ERROR(writer->Write(line));
  return writer->Finish();
}

absl::StatusOr<std::vector<Json>> ReadJsonLines(const std::string& path) {
  JsonLineReader reader(path);
  std::vector<Json> lines;
  while (true) {
    FACET_ASSIGN_OR_RETURN(std::optional<Json> line, reader.Next());
    if (!line) return lines;
    lines.push_back(*std::move(line));
  }
}

absl::StatusOr<int64_t> CountLines(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file.is_open()) return CannotRead(errno, path);
  int64_t lines = 0;
  std::vector<char> buffer(kBufferBytes);
  while (file.read(buffer.data(), static_cast<std::streamsize>(buffer.size())) ||
         file.gcount() > 0) {
    lines += std::count(buffer.begin(), buffer.begin() + file.gcount(), '\n');
  }
  return lines;
}

}  // namespace facet
