// .npy: "\x93NUMPY", version, header length, a Python dictionary as text, then the values
// (numpy.lib.format).
#include "core/records/npy.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cmath>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <limits>
#include <optional>

#include "absl/memory/memory.h"
#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "absl/strings/string_view.h"
#include "absl/strings/strip.h"
#include "core/base/file.h"
#include "core/base/status.h"

static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "'<f4' is written from memory");

namespace facet {
namespace {

constexpr char kMagic[] = "\x93NUMPY";
constexpr size_t kMagicBytes = 6;
constexpr size_t kAlignment = 64;
constexpr size_t kMaxHeaderBytes = 1 << 20;

// The product; nullopt if a size is negative or the product does not fit.
std::optional<int64_t> NumElements(const std::vector<int64_t>& shape) {
  int64_t count = 1;
  for (const int64_t size : shape) {
    if (size < 0 || __builtin_mul_overflow(count, size, &count)) return std::nullopt;
  }
  return count;
}

std::string Header(const std::vector<int64_t>& shape) {
  std::string header =
      absl::StrCat("{'descr': '<f4', 'fortran_order': False, 'shape': (",
                   absl::StrJoin(shape, ", "), shape.size() == 1 ? "," : "", "), }");
  const size_t unpadded = kMagicBytes + 4 + header.size() + 1;
  header.append((kAlignment - unpadded % kAlignment) % kAlignment, ' ');
  header.push_back('\n');
  std::string bytes(kMagic, kMagicBytes);
  bytes.append({'\x01', '\x00', static_cast<char>(header.size() & 0xff),
                static_cast<char>(header.size() >> 8)});
  return bytes + header;
}

// What follows `name` in the header's dictionary; empty if it is not there.
absl::string_view Field(absl::string_view header, absl::string_view name) {
  for (const char quote : {'\'', '"'}) {
    const std::string key = absl::StrCat(std::string(1, quote), name, std::string(1, quote));
    const size_t at = header.find(key);
    if (at == absl::string_view::npos) continue;
    absl::string_view rest = absl::StripLeadingAsciiWhitespace(header.substr(at + key.size()));
    if (absl::ConsumePrefix(&rest, ":")) return absl::StripLeadingAsciiWhitespace(rest);
  }
  return "";
}

// The text between `begin` and the next `end`, where `field` begins so.
std::optional<absl::string_view> Between(absl::string_view field, char begin, char end) {
  if (field.empty() || field[0] != begin) return std::nullopt;
  const size_t at = field.find(end, 1);
  if (at == absl::string_view::npos) return std::nullopt;
  return field.substr(1, at - 1);
}

absl::StatusOr<std::vector<int64_t>> ParseHeader(const std::string& header) {
  const absl::string_view described = Field(header, "descr");
  const absl::string_view type =
      Between(described, '\'', '\'').value_or(Between(described, '"', '"').value_or(""));
  if (type != "<f4") {
    return absl::InvalidArgumentError(
        absl::StrCat("holds values of type '", type, "', expected '<f4' (float32)"));
  }
  if (!absl::StartsWith(Field(header, "fortran_order"), "False")) {
    return absl::InvalidArgumentError("is in Fortran order, expected C order");
  }
  std::vector<int64_t> shape;
  const std::optional<absl::string_view> sides = Between(Field(header, "shape"), '(', ')');
  if (!sides.has_value()) return absl::InvalidArgumentError("has no shape in its header");
  for (absl::string_view part : absl::StrSplit(*sides, ',')) {
    part = absl::StripAsciiWhitespace(part);
    if (part.empty()) continue;
    int64_t size;
    if (!absl::SimpleAtoi(part, &size)) {
      return absl::InvalidArgumentError(absl::StrCat("has the shape (", *sides, ")"));
    }
    shape.push_back(size);
  }
  return shape;
}

// Reads up to the first value.
absl::StatusOr<std::string> ReadHeader(std::ifstream& stream) {
  unsigned char start[kMagicBytes + 2];
  if (!stream.read(reinterpret_cast<char*>(start), sizeof(start)) ||
      std::memcmp(start, kMagic, kMagicBytes) != 0) {
    return absl::InvalidArgumentError("is no .npy file");
  }
  const int version = start[kMagicBytes];
  if (version < 1 || version > 3) {
    return absl::InvalidArgumentError(absl::StrCat("has format ", version, ", known: 1, 2, 3"));
  }
  unsigned char length[4] = {};
  stream.read(reinterpret_cast<char*>(length), version == 1 ? 2 : 4);
  const size_t bytes =
      length[0] | length[1] << 8 | size_t{length[2]} << 16 | size_t{length[3]} << 24;
  if (!stream || bytes > kMaxHeaderBytes) return absl::DataLossError("has a broken header");
  std::string header(bytes, '\0');
  if (!stream.read(header.data(), static_cast<std::streamsize>(bytes))) {
    return absl::DataLossError("is cut off in its header");
  }
  return header;
}

}  // namespace

absl::StatusOr<std::unique_ptr<NpyWriter>> NpyWriter::Create(const std::string& path,
                                                             const std::vector<int64_t>& shape) {
  const std::optional<int64_t> count = NumElements(shape);
  if (!count.has_value()) {
    return absl::InvalidArgumentError(
        absl::StrCat(path, ": shape (", absl::StrJoin(shape, ", "), ")"));
  }
  auto writer = absl::WrapUnique(new NpyWriter(path, *count, shape.empty() ? 1 : shape.back()));
  writer->stream_.open(path, std::ios::binary | std::ios::trunc);
  writer->stream_ << Header(shape);
  if (!writer->stream_) return FileError(errno, absl::StrCat("cannot write ", path));
  return writer;
}

absl::Status NpyWriter::Append(const float* values, int64_t count) {
  const auto broken =
      std::find_if_not(values, values + count, [](float value) { return std::isfinite(value); });
  if (broken != values + count) {
    const int64_t at = written_ + (broken - values);
    return absl::InternalError(
        absl::StrCat(path_, ": row ", at / columns_, ", column ", at % columns_, " is ", *broken));
  }
  written_ += count;
  missing_ -= count;
  if (!stream_.write(reinterpret_cast<const char*>(values),
                     static_cast<std::streamsize>(count) * 4)) {
    return FileError(errno, absl::StrCat("cannot write ", path_));
  }
  return absl::OkStatus();
}

absl::Status NpyWriter::Finish() {
  stream_.close();
  if (!stream_) return FileError(errno, absl::StrCat("cannot write ", path_));
  if (missing_ == 0) return absl::OkStatus();
  return absl::InvalidArgumentError(absl::StrCat(path_, ": ", std::abs(missing_), " values too ",
                                                 missing_ > 0 ? "few" : "many", " for its shape"));
}

absl::StatusOr<std::unique_ptr<NpyReader>> NpyReader::Open(const std::string& path) {
  auto reader = absl::WrapUnique(new NpyReader(path));
  reader->stream_.open(path, std::ios::binary);
  if (!reader->stream_) return FileError(errno, absl::StrCat("cannot read ", path));
  const absl::Status status = reader->Start();
  if (status.ok()) return reader;
  return absl::Status(status.code(), absl::StrCat(path, " ", status.message()));
}

absl::Status NpyReader::Start() {
  FACET_ASSIGN_OR_RETURN(const std::string header, ReadHeader(stream_));
  FACET_ASSIGN_OR_RETURN(shape_, ParseHeader(header));
  const std::optional<int64_t> count = NumElements(shape_);
  const int64_t present = static_cast<int64_t>(std::filesystem::file_size(path_)) - stream_.tellg();
  if (!count.has_value() || *count > std::numeric_limits<int64_t>::max() / 4 ||
      present != *count * 4) {
    return absl::DataLossError(absl::StrCat("has ", present, " bytes of values, its shape (",
                                            absl::StrJoin(shape_, ", "), ") asks for others"));
  }
  num_values_ = *count;
  return absl::OkStatus();
}

absl::Status NpyReader::Read(int64_t count, float* values) {
  if (stream_.read(reinterpret_cast<char*>(values), static_cast<std::streamsize>(count) * 4)) {
    return absl::OkStatus();
  }
  return absl::DataLossError(absl::StrCat(path_, " cannot be read to its end"));
}

absl::Status WriteNpy(const std::string& path, const FloatArray& array) {
  FACET_ASSIGN_OR_RETURN(const std::unique_ptr<NpyWriter> writer,
                         NpyWriter::Create(path, array.shape));
  FACET_RETURN_IF_ERROR(
      writer->Append(array.values.data(), static_cast<int64_t>(array.values.size())));
  return writer->Finish();
}

absl::StatusOr<FloatArray> ReadNpy(const std::string& path) {
  FACET_ASSIGN_OR_RETURN(const std::unique_ptr<NpyReader> reader, NpyReader::Open(path));
  FloatArray array;
  array.shape = reader->shape();
  array.values.resize(static_cast<size_t>(reader->num_values()));
  FACET_RETURN_IF_ERROR(
      reader->Read(static_cast<int64_t>(array.values.size()), array.values.data()));
  return array;
}

absl::StatusOr<std::unique_ptr<MappedNpy>> MappedNpy::Open(const std::string& path) {
  FACET_ASSIGN_OR_RETURN(const std::unique_ptr<NpyReader> reader, NpyReader::Open(path));
  auto mapped = absl::WrapUnique(new MappedNpy());
  mapped->shape_ = reader->shape();
  mapped->num_bytes_ = std::filesystem::file_size(path);
  const size_t values_at = mapped->num_bytes_ - static_cast<size_t>(reader->num_values()) * 4;
  if (values_at % alignof(float) != 0) {
    return absl::DataLossError(absl::StrCat(path, " has its values at byte ", values_at,
                                            ", the format asks for a multiple of ", kAlignment));
  }
  const int file = open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (file < 0) return FileError(errno, absl::StrCat("cannot read ", path));
  void* const memory = mmap(nullptr, mapped->num_bytes_, PROT_READ, MAP_SHARED, file, 0);
  const int error = errno;
  close(file);
  if (memory == MAP_FAILED) {
    return FileError(error, absl::StrCat("cannot map ", path, " into memory"));
  }
  mapped->file_ = memory;
  mapped->values_ = reinterpret_cast<const float*>(static_cast<const char*>(memory) + values_at);
  return mapped;
}

MappedNpy::~MappedNpy() {
  if (file_ != nullptr) munmap(file_, num_bytes_);
}

}  // namespace facet
