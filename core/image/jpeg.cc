// JPEG through libjpeg itself, whose warnings tell a damaged file from a whole one.
#include <csetjmp>
#include <cstddef>
#include <cstdio>
#include <string>
#include <vector>
// After cstdio: it wants FILE and size_t.
#include <jpeglib.h>
// After jpeglib.h: the message codes.
#include <jerror.h>

#include "absl/strings/str_cat.h"
#include "core/base/status.h"
#include "core/image/formats.h"

namespace facet {
namespace {

// A progressive file writes its coefficients in passes, each of which costs a walk over the whole
// picture, and a pass may be a dozen bytes: a file of 100 kB can ask for hours. Encoders write some
// ten; libtiff has the same bound.
constexpr int kMostScans = 100;

// libjpeg reports through callbacks: fatal errors must not return, so they jump; of the warnings
// the first one that means damaged pixels is kept.
struct ErrorManager {
  jpeg_error_mgr base;
  jpeg_progress_mgr progress = {};
  jmp_buf escape;
  bool too_many_scans = false;
  int first_damage = 0;  // message code
  bool ended = false;    // the data, before the end marker; libjpeg goes on as if it had been there
  bool whole = false;    // Decode got to the end, and each scan has been read
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
  const int code = manager->base.msg_code;
  if (manager->first_damage != 0 || IsHarmless(code)) return;
  // The end of the data comes first, what it did to the pixels second: the first is the better
  // message.
  if (!manager->ended) manager->base.format_message(info, manager->message);
  if (code == JWRN_JPEG_EOF) {
    manager->ended = true;
  } else {
    manager->first_damage = code;
  }
}

void OnOutput(j_common_ptr) {}

// Called for each row of blocks.
void OnProgress(j_common_ptr info) {
  if (reinterpret_cast<j_decompress_ptr>(info)->input_scan_number <= kMostScans) return;
  Manager(info)->too_many_scans = true;
  longjmp(Manager(info)->escape, 1);
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

// Whether the scans up to the end of the data hold every coefficient. Within a scan libjpeg warns
// if bits are missing, but with arithmetic coding; of a scan that never came it says nothing.
bool HasAllScans(const jpeg_decompress_struct* info) {
  if (info->arith_code) return false;
  for (int component = 0; component < info->num_components; ++component) {
    if (info->comp_info[component].quant_table == nullptr) return false;  // set by its first scan
    if (!info->progressive_mode) continue;
    for (int i = 0; i < DCTSIZE2; ++i) {
      if (info->coef_bits[component][i] != 0) return false;  // bits still to come, or -1: all
    }
  }
  return true;
}

// Everything that may jump. Only plain data lives in this frame; `decoded` and `row` belong to the
// caller, so nothing with a destructor is jumped over; a frame of its own, because a jump may
// clobber variables of the frame that called setjmp. False: the header asks for too much.
[[gnu::noinline]] bool Decode(jpeg_decompress_struct* info, std::string_view bytes,
                              int64_t max_pixels, DecodedImage* decoded,
                              std::vector<uint8_t>* row) {
  jpeg_mem_src(info, reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size());
  jpeg_save_markers(info, JPEG_APP0 + 1, 0xFFFF);
  jpeg_read_header(info, TRUE);
  if (static_cast<int64_t>(info->image_width) * info->image_height > max_pixels) return false;
  for (const jpeg_marker_struct* marker = info->marker_list; marker; marker = marker->next) {
    const std::string_view data(reinterpret_cast<const char*>(marker->data), marker->data_length);
    if (decoded->orientation == 1 && data.substr(0, 4) == "Exif") {  // not XMP, of the same number
      decoded->orientation = ExifOrientation(data);
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
  Manager(reinterpret_cast<j_common_ptr>(info))->whole = HasAllScans(info);
  jpeg_finish_decompress(info);
  return true;
}

bool IsUnsupported(int code) {
  return code == JERR_BAD_PRECISION || code == JERR_SOF_UNSUPPORTED || code == JERR_ARITH_NOTIMPL ||
         code == JERR_CONVERSION_NOTIMPL || code == JERR_COMPONENT_COUNT;
}

bool IsTruncation(int code) {
  return code == JWRN_HIT_MARKER || code == JERR_INPUT_EOF || code == JERR_INPUT_EMPTY ||
         code == JERR_NO_IMAGE;
}

}  // namespace

absl::StatusOr<DecodedImage> DecodeJpeg(std::string_view bytes, int64_t max_pixels) {
  DecodedImage decoded;
  std::vector<uint8_t> row;
  ErrorManager manager;
  jpeg_decompress_struct info;
  info.err = jpeg_std_error(&manager.base);
  manager.base.error_exit = OnFatal;
  manager.base.emit_message = OnMessage;
  manager.base.output_message = OnOutput;
  jpeg_create_decompress(&info);
  manager.progress.progress_monitor = OnProgress;
  info.progress = &manager.progress;
  volatile bool fits = true;
  if (setjmp(manager.escape) == 0) fits = Decode(&info, bytes, max_pixels, &decoded, &row);
  const int64_t width = info.image_width, height = info.image_height;
  jpeg_destroy_decompress(&info);
  if (manager.first_damage == JERR_EMPTY_IMAGE || !fits) {
    FACET_RETURN_IF_ERROR(CheckSize(width, height, max_pixels));
    return absl::InvalidArgumentError("corrupt JPEG: an image without components");
  }
  if (manager.too_many_scans) {
    return absl::InvalidArgumentError(
        absl::StrCat("unsupported JPEG: more than ", kMostScans, " scans; convert it to PNG"));
  }
  // In the header, that is; damaged pixels may look like another header.
  if (IsUnsupported(manager.first_damage) && decoded.image.bgr.empty()) {
    return absl::InvalidArgumentError(
        absl::StrCat("unsupported JPEG: ", manager.message, "; convert it to PNG"));
  }
  const bool truncated = manager.ended && (manager.first_damage != 0 || !manager.whole);
  if (manager.first_damage != 0 || truncated) {
    return absl::InvalidArgumentError(
        absl::StrCat(truncated || IsTruncation(manager.first_damage) ? "truncated" : "corrupt",
                     " JPEG: ", manager.message));
  }
  if (manager.ended) decoded.remark = "a JPEG whose end marker is missing, its pixels are whole";
  return decoded;
}

}  // namespace facet
