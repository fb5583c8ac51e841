#include "plugins/curators/download/data_url.h"

#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "plugins/curators/download/exchange.h"
#include "plugins/lists/image_names.h"

namespace facet {
namespace {

constexpr absl::string_view kScheme = "data:";

absl::string_view Stripped(std::string_view url) {
  return absl::StripAsciiWhitespace({url.data(), url.size()});
}

// "%2B" -> '+'; a '%' without two digits stands for itself, as browsers have it.
std::string PercentDecoded(absl::string_view text) {
  std::string decoded;
  decoded.reserve(text.size());
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '%' && i + 2 < text.size() && absl::ascii_isxdigit(text[i + 1]) &&
        absl::ascii_isxdigit(text[i + 2])) {
      absl::StrAppend(&decoded, absl::HexStringToBytes(text.substr(i + 1, 2)));
      i += 2;
    } else {
      decoded += text[i];
    }
  }
  return decoded;
}

}  // namespace

bool IsDataUrl(std::string_view url) { return absl::StartsWithIgnoreCase(Stripped(url), kScheme); }

absl::StatusOr<DataUrl> ReadDataUrl(std::string_view url) {
  const absl::string_view text = Stripped(url).substr(kScheme.size());
  const size_t comma = text.find(',');
  if (comma == absl::string_view::npos) {
    return absl::InvalidArgumentError("a data: URL without a comma before its data");
  }
  absl::string_view head = text.substr(0, comma);
  DataUrl data;
  data.bytes = PercentDecoded(text.substr(comma + 1));
  if (absl::EndsWithIgnoreCase(head, ";base64")) {
    head.remove_suffix(7);
    std::string bytes;
    if (!absl::Base64Unescape(data.bytes, &bytes)) {
      return absl::InvalidArgumentError("a data: URL whose data are no base64");
    }
    data.bytes = std::move(bytes);
  }
  data.type = absl::AsciiStrToLower(head.substr(0, head.find(';')));
  return data;
}

DataImage ImageOfDataUrl(std::string_view url, int64_t max_bytes) {
  absl::StatusOr<DataUrl> data = ReadDataUrl(url);
  if (!data.ok()) {
    return {DownloadOutcome::kBadUrl, std::string(data.status().message()), "", ""};
  }
  const auto size = static_cast<int64_t>(data->bytes.size());
  if (size == 0) return {DownloadOutcome::kEmpty, "a data: URL without data", "", ""};
  if (size > max_bytes) {
    return {DownloadOutcome::kTooLarge, absl::StrCat(size, " bytes, the limit is ", max_bytes), "",
            ""};
  }
  const std::string_view extension = ImageExtensionOf(data->bytes);
  if (!extension.empty()) return {DownloadOutcome::kOk, "", std::move(data->bytes), extension};
  NoImage judged = JudgeNoImage(data->bytes, data->type);
  return {judged.outcome, "a data: URL: " + judged.detail, "", ""};
}

}  // namespace facet
