#include <webp/encode.h>
#include <webp/mux.h>

#include <opencv2/imgcodecs.hpp>
#include <string>
#include <vector>

#include "core/image/formats_testing.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace facet {
namespace {

using testing::ElementsAre;

using WebpBytes = std::vector<uint8_t>;

std::string Webp(int width, int height, const WebpBytes& bgra) {
  uint8_t* buffer = nullptr;
  const size_t size = WebPEncodeLosslessBGRA(bgra.data(), width, height, 4 * width, &buffer);
  const std::string file(reinterpret_cast<char*>(buffer), size);
  WebPFree(buffer);
  return file;
}

WebPData Data(const std::string& bytes) {
  return {reinterpret_cast<const uint8_t*>(bytes.data()), bytes.size()};
}

std::string Assembled(WebPMux* mux) {
  WebPData assembled;
  EXPECT_EQ(WebPMuxAssemble(mux, &assembled), WEBP_MUX_OK);
  const std::string file(reinterpret_cast<const char*>(assembled.bytes), assembled.size);
  WebPDataClear(&assembled);
  WebPMuxDelete(mux);
  return file;
}

std::string WithChunk(const std::string& webp, const char* name, const std::string& chunk) {
  const WebPData image = Data(webp), data = Data(chunk);
  WebPMux* mux = WebPMuxCreate(&image, 1);
  EXPECT_EQ(WebPMuxSetChunk(mux, name, &data, 1), WEBP_MUX_OK);
  return Assembled(mux);
}

std::string OpaqueWebp(const Image& image) {
  WebpBytes bgra;
  for (size_t i = 0; i < image.bgr.size(); i += 3) {
    bgra.insert(bgra.end(), {image.bgr[i], image.bgr[i + 1], image.bgr[i + 2], 255});
  }
  return Webp(image.width, image.height, bgra);
}

TEST(WebpFile, OrientationIsHeeded) {
  const Image stored = Picture();
  for (int o = 1; o <= 8; ++o) {
    for (const char* prefix : {"", "Exif"}) {
      const std::string exif = (*prefix ? std::string("Exif\0\0", 6) : "") + Exif(o);
      EXPECT_EQ(DecodeImage(WithChunk(OpaqueWebp(stored), "EXIF", exif))->bgr,
                Upright(stored, o).bgr)
          << o;
    }
  }
}

TEST(WebpFile, OpaquePixelsAreThoseOfOpenCv) {
  for (int quality : {50, 101}) {  // above 100: lossless
    const std::string file = EncodedBy(".webp", Picture(), {cv::IMWRITE_WEBP_QUALITY, quality});
    const cv::Mat theirs =
        cv::imdecode(std::vector<uint8_t>(file.begin(), file.end()), cv::IMREAD_COLOR);
    const Image ours = DecodeImage(file).value();
    EXPECT_EQ(ours.bgr, std::vector<uint8_t>(theirs.data, theirs.data + ours.bgr.size()));
  }
}

TEST(WebpFile, AlphaIsComposedOnWhite) {
  EXPECT_THAT(
      Pixels(Webp(2, 1, {10, 20, 30, 0, 10, 20, 30, 51})),
      ElementsAre(255, 255, 255, OverWhite(10, 0.2), OverWhite(20, 0.2), OverWhite(30, 0.2)));
}

TEST(WebpFile, ProfileIsNotApplied) {
  const Image image = Picture();
  EXPECT_EQ(DecodeImage(WithChunk(OpaqueWebp(image), "ICCP", std::string(128, 'p')))->bgr,
            image.bgr);
}

TEST(WebpFile, OfAnAnimatedOneTheFirstFrameIsTaken) {
  WebPMux* mux = WebPMuxNew();
  for (int shade : {40, 200}) {
    WebpBytes bgra;
    for (int i = 0; i < 4; ++i) bgra.insert(bgra.end(), {uint8_t(shade), 0, 9, 255});
    const std::string frame = Webp(2, 2, bgra);
    WebPMuxFrameInfo info = {};
    info.bitstream = Data(frame);
    info.id = WEBP_CHUNK_ANMF;
    info.duration = 100;
    ASSERT_EQ(WebPMuxPushFrame(mux, &info, 1), WEBP_MUX_OK);
  }
  const WebPMuxAnimParams endless = {0, 0};
  WebPMuxSetAnimationParams(mux, &endless);
  std::string remark;
  EXPECT_THAT(Pixels(Assembled(mux), &remark), ElementsAre(40, 0, 9, 40, 0, 9, 40, 0, 9, 40, 0, 9));
  EXPECT_EQ(remark, "an animated WebP, of which the first frame is taken");
}

}  // namespace
}  // namespace facet
