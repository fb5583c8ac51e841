#include "core/image/caption.h"

#include <pango/pangocairo.h>

#include <algorithm>
#include <opencv2/core.hpp>
#include <opencv2/imgproc.hpp>

#include "absl/strings/str_cat.h"

namespace facet {
namespace {

constexpr double kFontPx = 11;
// Named is what fontconfig would pass over for FreeSans, which lacks conjuncts of Devanagari.
constexpr char kFamilies[] = "DejaVu Sans,Noto Sans Devanagari,Lohit Devanagari,sans";

struct Unref {
  void operator()(cairo_surface_t* surface) const { cairo_surface_destroy(surface); }
  void operator()(cairo_t* cairo) const { cairo_destroy(cairo); }
  void operator()(PangoLayout* layout) const { g_object_unref(layout); }
  void operator()(PangoFont* font) const { g_object_unref(font); }
  void operator()(char* text) const { g_free(text); }
};
template <class T>
using Held = std::unique_ptr<T, Unref>;

// One '?' for each character that OpenCV has no strokes for.
std::string AsciiOf(const std::string& text, size_t max_length) {
  std::string shown;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if ((byte & 0xC0) == 0x80) continue;  // inside of a character
    shown += byte >= 32 && byte < 127 ? c : '?';
  }
  if (shown.size() > max_length) shown = shown.substr(0, max_length - 2) + "..";
  return shown;
}

}  // namespace

struct CaptionWriter::Pango {
  PangoContext* const context = pango_font_map_create_context(pango_cairo_font_map_get_default());
  PangoFontDescription* const font = pango_font_description_from_string(kFamilies);

  Pango() { pango_font_description_set_absolute_size(font, kFontPx * PANGO_SCALE); }
  ~Pango() {
    pango_font_description_free(font);
    g_object_unref(context);
  }
  Pango(const Pango&) = delete;
  Pango& operator=(const Pango&) = delete;

  bool HasFont() const {
    return Held<PangoFont>(pango_context_load_font(context, font)) != nullptr;
  }

  Held<PangoLayout> Layout(const std::string& text, bool keep_end, int width) const {
    Held<PangoLayout> layout(pango_layout_new(context));
    const Held<char> valid(g_utf8_make_valid(text.data(), static_cast<gssize>(text.size())));
    // No font has these.
    for (char* c = valid.get(); *c != '\0'; ++c) {
      if (static_cast<unsigned char>(*c) < ' ' || *c == '\x7f') *c = '?';
    }
    pango_layout_set_font_description(layout.get(), font);
    pango_layout_set_single_paragraph_mode(layout.get(), TRUE);
    pango_layout_set_width(layout.get(), width * PANGO_SCALE);
    pango_layout_set_ellipsize(layout.get(),
                               keep_end ? PANGO_ELLIPSIZE_MIDDLE : PANGO_ELLIPSIZE_END);
    pango_layout_set_text(layout.get(), valid.get(), -1);
    return layout;
  }
};

CaptionWriter::CaptionWriter() : pango_(std::make_unique<Pango>()), has_font_(pango_->HasFont()) {}
CaptionWriter::~CaptionWriter() = default;

void CaptionWriter::Write(const std::string& text, bool keep_end, int x, int y, int width,
                          const std::array<uint8_t, 3>& bgr, Image* image) {
  if (text.empty()) return;
  cv::Mat line = cv::Mat(image->height, image->width, CV_8UC3,
                         image->bgr.data())(cv::Rect(x, y, width, kLinePx));
  if (!has_font_) {
    if (num_lacking_++ == 0) first_lacking_ = text;
    cv::putText(line, AsciiOf(text, static_cast<size_t>(std::max(3, width / 6))),
                cv::Point(0, kLinePx - 5), cv::FONT_HERSHEY_SIMPLEX, 0.35,
                cv::Scalar(bgr[0], bgr[1], bgr[2]), 1, cv::LINE_AA);
    return;
  }
  const Held<PangoLayout> layout = pango_->Layout(text, keep_end, width);
  if (pango_layout_get_unknown_glyphs_count(layout.get()) > 0 && num_lacking_++ == 0) {
    first_lacking_ = text;
  }
  const Held<cairo_surface_t> surface(
      cairo_image_surface_create(CAIRO_FORMAT_RGB24, width, kLinePx));
  const Held<cairo_t> cairo(cairo_create(surface.get()));
  const uint8_t* paper = line.ptr<uint8_t>();
  cairo_set_source_rgb(cairo.get(), paper[2] / 255.0, paper[1] / 255.0, paper[0] / 255.0);
  cairo_paint(cairo.get());
  cairo_set_source_rgb(cairo.get(), bgr[2] / 255.0, bgr[1] / 255.0, bgr[0] / 255.0);
  // One baseline, whatever the heights of the fonts.
  const double baseline =
      static_cast<double>(pango_layout_get_baseline(layout.get())) / PANGO_SCALE;
  cairo_move_to(cairo.get(), 0, kLinePx - 4 - baseline);
  pango_cairo_show_layout(cairo.get(), layout.get());
  cairo_surface_flush(surface.get());
  const cv::Mat drawn(kLinePx, width, CV_8UC4, cairo_image_surface_get_data(surface.get()),
                      static_cast<size_t>(cairo_image_surface_get_stride(surface.get())));
  cv::cvtColor(drawn, line, cv::COLOR_BGRA2BGR);
}

std::string CaptionWriter::Notice() const {
  if (num_lacking_ == 0) return "";
  return absl::StrCat(num_lacking_, " captions of the contact sheet hold characters that no font of ",
                      "this machine has (first: \"", first_lacking_, "\"); install ",
                      has_font_ ? "fonts-noto-core, which has most scripts"
                                : "fonts-dejavu-core, fonts-freefont-ttf, fonts-lohit-deva and "
                                  "fonts-wqy-microhei");
}

}  // namespace facet
