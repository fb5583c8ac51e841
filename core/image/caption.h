// Lines of text in any script: shaped, from right to left where the script runs so, each character
// from whichever font of the machine has it (Pango). Without any font, ASCII in OpenCV's strokes.
#ifndef FACET_CORE_IMAGE_CAPTION_H_
#define FACET_CORE_IMAGE_CAPTION_H_

#include <array>
#include <cstdint>
#include <memory>
#include <string>

#include "core/api/image.h"

namespace facet {

class CaptionWriter {
 public:
  static constexpr int kLinePx = 16;

  CaptionWriter();
  ~CaptionWriter();
  CaptionWriter(const CaptionWriter&) = delete;
  CaptionWriter& operator=(const CaptionWriter&) = delete;

  // One line, kLinePx high, into the rectangle of `width` px whose upper left corner is (x, y),
  // which lies in the image and is of one colour. What is too long loses its end; with `keep_end`,
  // its middle. Not UTF-8: with replacement characters.
  void Write(const std::string& text, bool keep_end, int x, int y, int width,
             const std::array<uint8_t, 3>& bgr, Image* image);

  // Which packages to install for characters that no font had; empty if all were there.
  std::string Notice() const;

 private:
  struct Pango;
  const std::unique_ptr<Pango> pango_;
  const bool has_font_;
  int64_t num_lacking_ = 0;
  std::string first_lacking_;
};

}  // namespace facet

#endif  // FACET_CORE_IMAGE_CAPTION_H_
