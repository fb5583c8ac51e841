// Which files are images: by their names, by their first bytes.
#ifndef FACET_PLUGINS_LISTS_IMAGE_NAMES_H_
#define FACET_PLUGINS_LISTS_IMAGE_NAMES_H_

#include <string>
#include <string_view>

namespace facet {

// By the name: jpg, jpeg, png, pgm, ppm, pnm, bmp, tif, tiff, webp, in any case.
bool HasImageExtension(std::string_view name);
// By the first bytes, of which kImageStartBytes (core/image/image_format.h) are enough: the
// extension that HasImageExtension knows the format by ("jpg", "png", "ppm", "bmp", "tiff",
// "webp"), or nothing.
std::string_view ImageExtensionOf(std::string_view start);
// Of a file without such an extension: "begins as no image that can be decoded", "of a format that
// facet cannot decode: GIF".
std::string NoImageWords(std::string_view start);
// A file's first bytes; none if it cannot be read.
std::string ReadImageStart(const std::string& path);
// The same of a file. False if it cannot be read.
bool HasImageContent(const std::string& path);

}  // namespace facet

#endif  // FACET_PLUGINS_LISTS_IMAGE_NAMES_H_
