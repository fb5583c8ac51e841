#include "core/image/jpeg.h"

#include <jpeglib.h>

#include <csetjmp>
#include <cstdio>
#include <cstring>
#include <string>
// After jpeglib.h: the message codes.
#include <jerror.h>

#include "absl/strings/str_cat.h"
#include "core/base/status.h"
#include "core/image/header.h"

namespace facet {
namespace {

// libjpeg reports through callbacks: fatal errors must not return, so they jump; of the warnings
// the first one that means damaged pixels is kept.
struct ErrorManager {
  jpeg_error_mgr base;
  jmp_buf escape;
  int first_damage = 0;  // message code
  char message[JMSG_LENGTH_MAX] = "";
};

ErrorManager* Manager(j_common_ptr info) { return reinterpret_cast<ErrorManager*>(info->err); }

void OnFatal(j_common_ptr info) {
  ErrorManager* manager = Manager(info);
  manager->first_damage = manager->base.msg_code;
  manager->base.format_message(info, manager->message);
  longjmp(manager->escape, 1);
}

// Warnings about oddities of a writer, after which every pixel is still as it was meant.
bool IsHarmless(int code) {
  return code == JWRN_EXTRANEOUS_DATA || code == JWRN_ADOBE_XFORM || code == JWRN_JFIF_MAJOR ||
         code == JWRN_TOO_MUCH_DATA || code == JWRN_BOGUS_PROGRESSION || code == JWRN_BOGUS_ICC;
}

void OnMessage(j_common_ptr info, int level) {
  if (level >= 0) return;  // trace
  ErrorManager* manager = Manager(info);
  ++manager->base.num_warnings;
  if (manager->first_damage != 0 || IsHarmless(manager->base.msg_code)) return;
  manager->first_damage = manager->base.msg_code;
  manager->base.format_message(info, manager->message);
}

void OnOutput(j_common_ptr) {}

// Orientation from an APP1 segment ("Exif\0\0", then a TIFF directory); 1 where it does not say.
int ExifOrientation(const uint8_t* data, size_t size) {
  if (size < 14 || std::memcmp(data, "Exif\0\0", 6) != 0) return 1;
  const uint8_t* tiff = data + 6;
  const size_t length = size - 6;
  const bool little = tiff[0] == 'I';
  auto u16 = [&](size_t at) -> uint32_t {
    return little ? tiff[at] | tiff[at + 1] << 8 : tiff[at] << 8 | tiff[at + 1];
  };
  auto u32 = [&](size_t at) -> uint64_t {
    const uint64_t first = u16(at), second = u16(at + 2);
    return little ? first | second << 16 : first << 16 | second;
  };
  const uint64_t directory = u32(4);
  if (directory + 2 > length) return 1;
  const uint64_t entries = u16(directory);
  for (uint64_t i = 0; i < entries; ++i) {
    const uint64_t entry = directory + 2 + 12 * i;
    if (entry + 12 > length) return 1;
    if (u16(entry) != 0x0112) continue;
    const uint32_t value = u16(entry + 8);
    return value >= 1 && value <= 8 ? static_cast<int>(value) : 1;
  }
  return 1;
}

// CMYK as Adobe writes it (inverted) or plain.
void FromCmyk(const uint8_t* cmyk, bool inverted, int width, uint8_t* bgr) {
  for (int x = 0; x < width; ++x, cmyk += 4, bgr += 3) {
    const int k = inverted ? cmyk[3] : 255 - cmyk[3];
    for (int channel = 0; channel < 3; ++channel) {
      const int ink = inverted ? cmyk[2 - channel] : 255 - cmyk[2 - channel];
      bgr[channel] = static_cast<uint8_t>((ink * k + 127) / 255);
    }
  }
}

// Everything that may jump. Only plain data lives in this frame; `decoded` and `row` belong to the
// caller, so nothing with a destructor is jumped over; a frame of its own, because a jump may
// clobber variables of the frame that called setjmp. False: the header asks for too much.
[[gnu::noinline]] bool Decode(jpeg_decompress_struct* info, std::string_view bytes,
                              int64_t max_pixels, DecodedJpeg* decoded, std::vector<uint8_t>* row) {
  jpeg_mem_src(info, reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size());
  jpeg_save_markers(info, JPEG_APP0 + 1, 0xFFFF);
  jpeg_read_header(info, TRUE);
  if (static_cast<int64_t>(info->image_width) * info->image_height > max_pixels) return false;
  for (const jpeg_marker_struct* marker = info->marker_list; marker; marker = marker->next) {
    if (decoded->orientation == 1) {
      decoded->orientation = ExifOrientation(marker->data, marker->data_length);
    }
  }
  const bool cmyk = info->jpeg_color_space == JCS_CMYK || info->jpeg_color_space == JCS_YCCK;
  info->out_color_space = cmyk ? JCS_CMYK : JCS_EXT_BGR;
  jpeg_start_decompress(info);
  decoded->image =
      Image(static_cast<int>(info->output_width), static_cast<int>(info->output_height));
  if (cmyk) row->resize(static_cast<size_t>(info->output_width) * 4);
  while (info->output_scanline < info->output_height) {
    uint8_t* target = decoded->image.Pixel(0, static_cast<int>(info->output_scanline));
    JSAMPROW line = cmyk ? row->data() : target;
    jpeg_read_scanlines(info, &line, 1);
    if (cmyk) FromCmyk(line, info->saw_Adobe_marker, decoded->image.width, target);
  }
  jpeg_finish_decompress(info);
  return true;
}

bool IsTruncation(int code) {
  return code == JWRN_JPEG_EOF || code == JWRN_HIT_MARKER || code == JERR_INPUT_EOF ||
         code == JERR_INPUT_EMPTY || code == JERR_NO_IMAGE;
}

}  // namespace

absl::StatusOr<DecodedJpeg> DecodeJpeg(std::string_view bytes, int64_t max_pixels) {
  DecodedJpeg decoded;
  std::vector<uint8_t> row;
  ErrorManager manager;
  jpeg_decompress_struct info;
  info.err = jpeg_std_error(&manager.base);
  manager.base.error_exit = OnFatal;
  manager.base.emit_message = OnMessage;
  manager.base.output_message = OnOutput;
  jpeg_create_decompress(&info);
  volatile bool fits = true;
  if (setjmp(manager.escape) == 0) fits = Decode(&info, bytes, max_pixels, &decoded, &row);
  const int64_t width = info.image_width, height = info.image_height;
  jpeg_destroy_decompress(&info);
  if (manager.first_damage == JERR_EMPTY_IMAGE || !fits) {
    return CheckSize(width, height, max_pixels);
  }
  if (manager.first_damage != 0) {
    return absl::InvalidArgumentError(absl::StrCat(
        IsTruncation(manager.first_damage) ? "truncated" : "corrupt", " JPEG: ", manager.message));
  }
  return decoded;
}

}  // namespace facet
