// Byte strings that pickles write as text.
#ifndef FACET_PLUGINS_DATASETS_PICKLE_TEXT_VALUES_H_
#define FACET_PLUGINS_DATASETS_PICKLE_TEXT_VALUES_H_

#include <string>
#include <string_view>

#include "absl/status/statusor.h"

namespace facet {

// Python 2's repr of a byte string, without its quotes.
absl::StatusOr<std::string> DecodeQuotedBytes(std::string_view text);
// Latin-1, which is what Python 3 encodes byte strings with (and ASCII of names), in UTF-8.
absl::StatusOr<std::string> DecodeUtf8Bytes(std::string_view text);
// The same in Python's raw-unicode-escape.
absl::StatusOr<std::string> DecodeEscapedBytes(std::string_view text);

}  // namespace facet

#endif  // FACET_PLUGINS_DATASETS_PICKLE_TEXT_VALUES_H_
