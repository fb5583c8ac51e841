#include "plugins/datasets/pickle/text_values.h"

#include <cstdint>

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"

namespace facet {

absl::StatusOr<std::string> DecodeQuotedBytes(std::string_view text) {
  std::string bytes;
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '\\') {
      bytes += text[i];
      continue;
    }
    const char what = ++i < text.size() ? text[i] : '\0';
    const size_t known = std::string_view("\\'\"ntr").find(what);
    if (known != std::string_view::npos) {
      bytes += "\\'\"\n\t\r"[known];
    } else if (what == 'x' && i + 2 < text.size() && absl::ascii_isxdigit(text[i + 1]) &&
               absl::ascii_isxdigit(text[i + 2])) {
      bytes += absl::HexStringToBytes({text.data() + i + 1, 2});
      i += 2;
    } else {
      return absl::InvalidArgumentError("a byte string with an escape that is none of Python's");
    }
  }
  return bytes;
}

absl::StatusOr<std::string> DecodeUtf8Bytes(std::string_view text) {
  std::string bytes;
  for (size_t i = 0; i < text.size(); ++i) {
    const auto byte = static_cast<uint8_t>(text[i]);
    if (byte < 0x80) {
      bytes += text[i];
    } else if ((byte == 0xc2 || byte == 0xc3) && i + 1 < text.size() &&
               (static_cast<uint8_t>(text[i + 1]) & 0xc0) == 0x80) {
      bytes += static_cast<char>(byte << 6 | (text[++i] & 0x3f));
    } else {
      return absl::InvalidArgumentError("a text that is no byte string");
    }
  }
  return bytes;
}

absl::StatusOr<std::string> DecodeEscapedBytes(std::string_view text) {
  std::string bytes;
  for (size_t i = 0; i < text.size(); ++i) {
    const bool escape = text.substr(i, 4) == "\\u00" && i + 5 < text.size() &&
                        absl::ascii_isxdigit(text[i + 4]) && absl::ascii_isxdigit(text[i + 5]);
    if (!escape && text.substr(i, 2) == "\\u") {
      return absl::InvalidArgumentError("a text that is no byte string");
    }
    bytes += escape ? absl::HexStringToBytes({text.data() + i + 4, 2}) : std::string(1, text[i]);
    if (escape) i += 5;
  }
  return bytes;
}

}  // namespace facet
