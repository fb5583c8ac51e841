// Which files are images: by their names, by their first bytes.
#ifndef FACET_PLUGINS_LISTS_IMAGE_NAMES_H_
#define FACET_PLUGINS_LISTS_IMAGE_NAMES_H_

#include <cstddef>
#include <string>
#include <string_view>

namespace facet {

// By the name: jpg, jpeg, png, pgm, ppm, pnm, bmp, tif, tiff, webp, in any case.
bool HasImageExtension(std::string_view name);
// By the first bytes, of which kImageStartBytes are enough: the extension that HasImageExtension
// knows the format by ("jpg", "png", "ppm", "bmp", "tiff", "webp"), or nothing.
inline constexpr size_t kImageStartBytes = 12;
std::string_view ImageExtensionOf(std::string_view start);
// The same of a file. False if it cannot be read.
bool HasImageContent(const std::string& path);

}  // namespace facet

#endif  // FACET_PLUGINS_LISTS_IMAGE_NAMES_H_
