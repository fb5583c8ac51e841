#include "benchmarks/framing_tables.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <set>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "core/base/file.h"
#include "core/base/status.h"

namespace facet::bench {
namespace {

// Their boxes are canonical by definition, or somebody else's; no constants of facet's.
bool HasConstants(const std::string& name) {
  return name != "haar" && name != "central" && name.rfind("given", 0) != 0;
}

// Detectors that learn from mirrored faces too have no side: a shift across is chance unless it is
// larger than so many of its standard errors, that of a median being 1.253 of a mean's.
constexpr double kSureErrors = 3, kMedianError = 1.253;

double Rounded(double value) { return std::round(value * 1000) / 1000 + 0.0; }

struct Anchor {
  Point eyes, mouth;
  double size = 0.0;  // root of e^2 + m^2
};

Anchor AnchorOf(const std::vector<Point>& p) {
  Anchor anchor;
  anchor.eyes = {(p[0].x + p[1].x) / 2, (p[0].y + p[1].y) / 2};
  anchor.mouth = {(p[3].x + p[4].x) / 2, (p[3].y + p[4].y) / 2};
  const double eyes = std::hypot(p[1].x - p[0].x, p[1].y - p[0].y);
  const double down = std::hypot(anchor.mouth.x - anchor.eyes.x, anchor.mouth.y - anchor.eyes.y);
  anchor.size = std::hypot(eyes, down);
  return anchor;
}

CanonicalByPoints RuleFrom(const std::vector<FramedFace>& faces) {
  std::vector<double> log_side, below, across;
  for (const FramedFace& face : faces) {
    const auto haar = face.own.find("haar");
    if (haar == face.own.end()) continue;
    const Anchor anchor = AnchorOf(face.points);
    const Point centre = haar->second.Centre();
    const double x = anchor.mouth.x - anchor.eyes.x, y = anchor.mouth.y - anchor.eyes.y;
    log_side.push_back(std::log(haar->second.width / anchor.size));
    const double share =
        ((centre.x - anchor.eyes.x) * x + (centre.y - anchor.eyes.y) * y) / (x * x + y * y);
    below.push_back(share);
    across.push_back((centre.x - anchor.eyes.x - share * x) / haar->second.width);
  }
  return {Rounded(std::exp(MedianOf(log_side))), Rounded(MedianOf(below)),
          Rounded(MedianOf(across))};
}

std::string Percent(const Distribution& d) {
  return absl::StrFormat("%+.1f ± %.1f", 100 * d.mean, 100 * d.deviation);
}

std::string Cells(const Agreement& agreement) {
  return absl::StrCat(Percent(agreement.log_side), " | ", Percent(agreement.x), " | ",
                      Percent(agreement.y));
}

Box Canonical(const std::map<std::string, BoxConvention>& conventions, const std::string& name,
              const Box& own) {
  const auto found = conventions.find(name);
  return found == conventions.end() ? own : ApplyConvention(found->second, own);
}

// `path` with what stands between the two marks replaced.
absl::Status ReplaceBetween(const std::string& path, const std::string& from, const std::string& to,
                            const std::string& text) {
  FACET_ASSIGN_OR_RETURN(std::string content, ReadFile(path));
  const size_t first = content.find(from), last = content.find(to);
  if (first == std::string::npos || last == std::string::npos || last < first) {
    return absl::NotFoundError(absl::StrCat(path, " has no \"", from, "\" before \"", to, "\""));
  }
  const size_t begin = first + from.size();
  return WriteFileAtomically(path, content.replace(begin, last - begin, "\n" + text));
}

constexpr char kGenerated[] = "// Written by bazel run //benchmarks:detector_framing -- --write";

}  // namespace

Box CanonicalBoxOf(const std::vector<Point>& points, const CanonicalByPoints& rule) {
  const Anchor anchor = AnchorOf(points);
  const double side = rule.side * anchor.size;
  const double x =
      anchor.eyes.x + rule.below * (anchor.mouth.x - anchor.eyes.x) + rule.across * side;
  const double y = anchor.eyes.y + rule.below * (anchor.mouth.y - anchor.eyes.y);
  return {x - side / 2, y - side / 2, side, side};
}

Framing DeriveFraming(const std::vector<FramedFace>& faces) {
  Framing framing;
  framing.num_faces = faces.size();
  framing.rule = RuleFrom(faces);
  std::map<std::string, std::vector<BoxPair>> pairs;
  for (const FramedFace& face : faces) {
    const Box canonical = CanonicalBoxOf(face.points, framing.rule);
    for (const auto& [name, own] : face.own) pairs[name].emplace_back(own, canonical);
  }
  for (const auto& [name, boxes] : pairs) {
    BoxConvention derived = DeriveConvention(boxes);
    const Agreement agreement = AgreementOf(boxes);
    const double error = kMedianError * agreement.x.deviation / std::sqrt(boxes.size());
    if (std::abs(derived.shift_x) < kSureErrors * error) derived.shift_x = 0;
    framing.conventions[name] =
        name == "haar" || name == "central"
            ? BoxConvention{}
            : BoxConvention{Rounded(derived.scale), Rounded(derived.shift_x),
                            Rounded(derived.shift_y), true};
  }
  return framing;
}

std::vector<FramingReport::Pair> FramingReport::PairsBy(const Conventions& conventions) const {
  std::set<std::string> names;
  for (const FramedFace& face : measured_) {
    for (const auto& entry : face.own) names.insert(entry.first);
  }
  std::vector<Pair> pairs;
  for (auto first = names.begin(); first != names.end(); ++first) {
    for (auto second = std::next(first); second != names.end(); ++second) {
      std::vector<BoxPair> own, canonical;
      for (const FramedFace& face : measured_) {
        const auto a = face.own.find(*first), b = face.own.find(*second);
        if (a == face.own.end() || b == face.own.end()) continue;
        own.emplace_back(a->second, b->second);
        canonical.emplace_back(Canonical(conventions, *first, a->second),
                               Canonical(conventions, *second, b->second));
      }
      if (own.empty()) continue;
      pairs.push_back({*first, *second, AgreementOf(own), AgreementOf(canonical)});
    }
  }
  return pairs;
}

std::string FramingReport::ConventionTable() const {
  std::string text = absl::StrFormat(
      "From %d faces: a canonical side of %.3f times √(e² + m²), its centre %.3f of the way from "
      "the eyes to the\nmouth and %.3f sides to the right (e: between the eyes' centres, m: from "
      "between them to between the mouth's\ncorners).\n\n"
      "| detector | `box_scale` | `box_shift_x` | `box_shift_y` | faces | side | x | y |\n"
      "| --- | --- | --- | --- | --- | --- | --- | --- |\n",
      framing_.num_faces, framing_.rule.side, framing_.rule.below, framing_.rule.across);
  for (const auto& [name, convention] : framing_.conventions) {
    std::vector<BoxPair> pairs;
    for (const FramedFace& face : measured_) {
      const auto own = face.own.find(name);
      if (own == face.own.end()) continue;
      pairs.emplace_back(CanonicalBoxOf(face.points, framing_.rule),
                         ApplyConvention(convention, own->second));
    }
    if (pairs.empty()) continue;
    absl::StrAppend(&text,
                    absl::StrFormat("| %s | %.3f | %.3f | %.3f | %d | ", name, convention.scale,
                                    convention.shift_x, convention.shift_y, pairs.size()),
                    Cells(AgreementOf(pairs)), " |\n");
  }
  return text;
}

std::string FramingReport::PairTable(const Conventions& conventions) const {
  std::string text =
      "| boxes | faces | own: side | x | y | canonical: side | x | y |\n"
      "| --- | --- | --- | --- | --- | --- | --- | --- |\n";
  for (const Pair& pair : PairsBy(conventions)) {
    absl::StrAppend(&text, "| ", pair.first, ", ", pair.second, " | ", pair.own.num_faces, " | ",
                    Cells(pair.own), " | ", Cells(pair.canonical), " |\n");
  }
  return text;
}

std::string FramingReport::Section() const {
  return absl::StrCat("\n", ConventionTable(), "\n", PairTable(framing_.conventions), "\n");
}

std::string FramingReport::Text() const {
  std::string text = Section();
  Conventions used = used_;
  bool same = true;
  for (const auto& [name, convention] : framing_.conventions) {
    const auto own = used.emplace(name, convention).first->second;
    same = same && std::abs(own.scale - convention.scale) < 5e-4 &&
           std::abs(own.shift_x - convention.shift_x) < 5e-4 &&
           std::abs(own.shift_y - convention.shift_y) < 5e-4;
  }
  if (!same)
    absl::StrAppend(&text, "By the conventions that the plugins have:\n\n", PairTable(used));
  return text;
}

std::vector<std::string> FramingReport::Differences(double tolerance) const {
  std::vector<std::string> lines;
  for (const auto& [name, derived] : framing_.conventions) {
    const auto used = used_.find(name);
    if (used == used_.end() || !HasConstants(name)) continue;
    const double scale = std::log(used->second.scale / derived.scale);
    const double x = used->second.shift_x - derived.shift_x;
    const double y = used->second.shift_y - derived.shift_y;
    if (std::abs(scale) <= tolerance && std::abs(x) <= tolerance && std::abs(y) <= tolerance) {
      continue;
    }
    lines.push_back(absl::StrFormat(
        "%s has box_scale %.3f, box_shift_x %.3f, box_shift_y %.3f; derived: %.3f, %.3f, %.3f",
        name, used->second.scale, used->second.shift_x, used->second.shift_y, derived.scale,
        derived.shift_x, derived.shift_y));
  }
  for (const Pair& pair : PairsBy(used_)) {
    if (!HasConstants(pair.first) && !HasConstants(pair.second)) continue;
    const Agreement& agreement = pair.canonical;
    const double worst = std::max({std::abs(agreement.log_side.mean), std::abs(agreement.x.mean),
                                   std::abs(agreement.y.mean)});
    if (worst > 3 * tolerance) {
      lines.push_back(absl::StrCat("canonical boxes of ", pair.first, " and ", pair.second,
                                   " [%]: ", Cells(agreement)));
    }
  }
  return lines;
}

std::string FramingReport::ConventionHeader() const {
  std::string text = absl::StrCat(
      kGenerated, ", not by hand:\n// how each detector's own box becomes the canonical one, from ",
      framing_.num_faces, " faces.\n// The tables are in README.md.\n",
      "#ifndef FACET_PLUGINS_DETECTORS_CANONICAL_BOXES_H_\n"
      "#define FACET_PLUGINS_DETECTORS_CANONICAL_BOXES_H_\n\n"
      "#include \"core/api/detector.h\"\n\nnamespace facet {\n\n");
  for (const auto& [name, c] : framing_.conventions) {
    if (!HasConstants(name)) continue;
    std::string title = name;
    title[0] = static_cast<char>(title[0] - 'a' + 'A');
    absl::StrAppend(
        &text,
        absl::StrFormat("inline constexpr BoxConvention k%sBox = {%.3f, %.3f, %.3f, true};\n",
                        title, c.scale, c.shift_x, c.shift_y));
  }
  return absl::StrCat(text,
                      "\n}  // namespace facet\n\n"
                      "#endif  // FACET_PLUGINS_DETECTORS_CANONICAL_BOXES_H_\n");
}

// Root mean square over the pairs of detectors that look at pixels.
std::string FramingReport::SpreadHeader() const {
  double scale = 0.0, shift = 0.0, count = 0.0;
  for (const Pair& pair : PairsBy(framing_.conventions)) {
    const auto looks = [](const std::string& name) { return name == "haar" || HasConstants(name); };
    if (!looks(pair.first) || !looks(pair.second)) continue;
    const auto square = [](const Distribution& d) {
      return d.mean * d.mean + d.deviation * d.deviation;
    };
    scale += square(pair.canonical.log_side);
    shift += (square(pair.canonical.x) + square(pair.canonical.y)) / 2;
    count += 1;
  }
  return absl::StrCat(
      kGenerated,
      ", not by hand:\n// how far the canonical boxes of two detectors about one face differ, root "
      "mean square over\n// the pairs of plugins/detectors/README.md.\n"
      "#ifndef FACET_PLUGINS_ALIGNERS_PATCHES_BOX_SPREAD_H_\n"
      "#define FACET_PLUGINS_ALIGNERS_PATCHES_BOX_SPREAD_H_\n\nnamespace facet {\n\n",
      absl::StrFormat(
          "inline constexpr double kBoxScaleSpread = %.2f;  // of the side's logarithm\n"
          "inline constexpr double kBoxShiftSpread = %.2f;  // along each axis [sides]\n",
          std::sqrt(scale / count), std::sqrt(shift / count)),
      "\n}  // namespace facet\n\n#endif  // FACET_PLUGINS_ALIGNERS_PATCHES_BOX_SPREAD_H_\n");
}

absl::Status FramingReport::Write() const {
  const char* tree = std::getenv("BUILD_WORKSPACE_DIRECTORY");
  if (tree == nullptr) {
    return absl::FailedPreconditionError(
        "--write: run it by bazel run, which says where the tree is");
  }
  const std::string root(tree);
  FACET_RETURN_IF_ERROR(
      WriteFileAtomically(root + "/plugins/detectors/canonical_boxes.h", ConventionHeader()));
  FACET_RETURN_IF_ERROR(
      WriteFileAtomically(root + "/plugins/aligners/patches/box_spread.h", SpreadHeader()));
  return ReplaceBetween(root + "/plugins/detectors/README.md",
                        "<!-- written by //benchmarks:detector_framing -->",
                        "<!-- end of what it writes -->", Section());
}

}  // namespace facet::bench
