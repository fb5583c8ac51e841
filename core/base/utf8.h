// Whether text is UTF-8.
#ifndef FACET_CORE_BASE_UTF8_H_
#define FACET_CORE_BASE_UTF8_H_

#include <string_view>

namespace facet {

// No overlong forms, no surrogates, nothing above U+10FFFF.
bool IsUtf8(std::string_view text);

}  // namespace facet

#endif  // FACET_CORE_BASE_UTF8_H_
