#include "core/app/layer_table.h"

#include <cstdint>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "core/report/text.h"

namespace facet {
namespace {

constexpr char kNone[] = "–";

// "64×224×224"; one number where both sides are equal and `square` is asked for.
std::string SizesOf(const Json& layer, const std::string& key, bool square) {
  const auto sizes = layer.value(key, std::vector<int64_t>());
  if (sizes.empty()) return kNone;
  if (sizes.size() == 1) return FormatCount(sizes[0]);
  if (square && sizes.size() == 2 && sizes[0] == sizes[1]) return absl::StrCat(sizes[0]);
  return absl::StrJoin(sizes, "×");
}

// Of what each layer has: null is what cannot be known.
std::string Number(const Json& layer, const std::string& key) {
  const auto number = layer.find(key);
  if (number == layer.end()) return kNone;
  return number->is_null() ? "not known" : FormatCount(number->get<int64_t>());
}

// Operations that learn nothing, or have no products, have none to show.
std::string NumberAbove0(const Json& layer, const std::string& key) {
  const Json number = layer.value(key, Json());
  return number == 0 ? kNone : Number(layer, key);
}

Json WithTotal(const Json& layers) {
  Json all = layers.at("layers");
  all.push_back({{"name", "total"},
                 {"operation", ""},
                 {"parameters", layers.at("parameters")},
                 {"multiply_adds", layers.at("multiply_adds")}});
  return all;
}

}  // namespace

Grid LayerGrid(const Json& layers) {
  const Json all = WithTotal(layers);
  Grid grid;
  const auto text = [](const char* key) {
    return [key](const Json& layer) { return layer.value(key, ""); };
  };
  grid.Add({"layer", look::kId}, all, text("name"));
  grid.Add({"operation", look::kText}, all, text("operation"));
  grid.Add({"support", look::kNumber}, all,
           [](const Json& layer) { return SizesOf(layer, "kernel", false); });
  grid.Add({"filter dim", look::kNumber}, all,
           [](const Json& layer) { return Number(layer, "in"); });
  grid.Add({"filters", look::kNumber}, all,
           [](const Json& layer) { return Number(layer, "filters"); });
  grid.Add({"stride", look::kNumber}, all,
           [](const Json& layer) { return SizesOf(layer, "stride", true); });
  grid.Add({"pad", look::kNumber}, all,
           [](const Json& layer) { return SizesOf(layer, "padding", true); });
  grid.Add({"output", look::kNumber}, all,
           [](const Json& layer) { return SizesOf(layer, "output", false); });
  grid.Add({"parameters", look::kNumber}, all,
           [](const Json& layer) { return NumberAbove0(layer, "parameters"); });
  grid.Add({"multiply-adds", look::kNumber}, all,
           [](const Json& layer) { return NumberAbove0(layer, "multiply_adds"); });
  grid.notes = {
      "multiply-adds: of one image, the products of convolutions, linear layers and other matrix "
      "products"};
  int64_t seen = 0;
  for (const Json& layer : layers.at("layers")) seen += layer.value("parameters", int64_t{0});
  const Json& parameters = layers.at("parameters");
  if (parameters.is_null()) {
    grid.notes.push_back(
        "the component holds its weights itself: what it learned and computes is not known");
  } else if (const auto hidden = parameters.get<int64_t>() - seen; hidden > 0) {
    grid.notes.push_back(absl::StrCat(
        FormatCount(hidden), " parameters are of no operation that was seen; the total has them"));
  }
  if (layers.contains("classes")) {
    grid.notes.push_back(absl::StrCat("with what the loss ", layers.at("loss").get<std::string>(),
                                      " learns for ",
                                      FormatCount(layers.at("classes").get<int64_t>()), " people"));
  } else {
    grid.notes.push_back("without the loss, whose size depends on the people: --classes NUMBER");
  }
  return grid;
}

std::string LayerTable(const Json& layers, const TableStyle& style) {
  const std::string title = absl::StrCat(layers.at("architecture").get<std::string>(), ": input ",
                                         SizesOf(layers, "input", false), ", descriptor ",
                                         FormatCount(layers.at("dimension").get<int64_t>()));
  const Grid grid = LayerGrid(layers);
  std::string out =
      absl::StrCat(TerminalText(title, Tone::kStrong, style), "\n\n", TerminalTable(grid, style));
  for (const std::string& note : grid.notes) {
    absl::StrAppend(&out, TerminalText(note, Tone::kMuted, style), "\n");
  }
  return out;
}

}  // namespace facet
