// WebP through libwebp. Its decoder of animations takes still pictures too: one canvas with alpha,
// either way.
#include <webp/demux.h>

#include <memory>

#include "absl/strings/str_cat.h"
#include "core/image/formats.h"

namespace facet {
namespace {

struct WebpCloser {
  void operator()(WebPDemuxer* demuxer) const { WebPDemuxDelete(demuxer); }
  void operator()(WebPAnimDecoder* decoder) const { WebPAnimDecoderDelete(decoder); }
};

int WebpOrientation(const WebPDemuxer* demuxer) {
  WebPChunkIterator chunk;
  if (WebPDemuxGetChunk(demuxer, "EXIF", 1, &chunk) == 0) return 1;
  const int orientation =
      ExifOrientation({reinterpret_cast<const char*>(chunk.chunk.bytes), chunk.chunk.size});
  WebPDemuxReleaseChunkIterator(&chunk);
  return orientation;
}

}  // namespace

absl::StatusOr<DecodedImage> DecodeWebp(std::string_view bytes, int64_t max_pixels) {
  const uint64_t needed = IntegerReader(bytes, /*little=*/true)(4, 4) + 8;
  if (bytes.size() < needed) {
    return absl::InvalidArgumentError(
        absl::StrCat("truncated WebP: ", bytes.size(), " bytes, its header needs ", needed));
  }
  const WebPData data = {reinterpret_cast<const uint8_t*>(bytes.data()), bytes.size()};
  const std::unique_ptr<WebPDemuxer, WebpCloser> demuxer(WebPDemux(&data));
  if (demuxer == nullptr) {
    return absl::InvalidArgumentError("corrupt WebP: libwebp cannot read its chunks");
  }
  const uint32_t width = WebPDemuxGetI(demuxer.get(), WEBP_FF_CANVAS_WIDTH);
  const uint32_t height = WebPDemuxGetI(demuxer.get(), WEBP_FF_CANVAS_HEIGHT);
  const absl::Status size = CheckSize(width, height, max_pixels);
  if (!size.ok()) return size;
  WebPAnimDecoderOptions options;
  WebPAnimDecoderOptionsInit(&options);
  options.color_mode = MODE_BGRA;
  const std::unique_ptr<WebPAnimDecoder, WebpCloser> decoder(WebPAnimDecoderNew(&data, &options));
  uint8_t* canvas = nullptr;
  int time_ms = 0;
  if (decoder == nullptr || WebPAnimDecoderGetNext(decoder.get(), &canvas, &time_ms) == 0) {
    return absl::InvalidArgumentError("corrupt WebP: libwebp cannot decode its pixels");
  }
  DecodedImage decoded;
  decoded.image = Image(static_cast<int>(width), static_cast<int>(height));
  for (size_t i = 0; i < decoded.image.bgr.size(); i += 3, canvas += 4) {
    for (size_t c = 0; c < 3; ++c) decoded.image.bgr[i + c] = OnWhite(canvas[c], canvas[3]);
  }
  decoded.orientation = WebpOrientation(demuxer.get());
  if ((WebPDemuxGetI(demuxer.get(), WEBP_FF_FORMAT_FLAGS) & ANIMATION_FLAG) != 0) {
    decoded.remark = "an animated WebP, of which the first frame is taken";
  }
  return decoded;
}

}  // namespace facet
