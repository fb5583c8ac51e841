// What detector_framing derives from faces whose boxes and landmarks are known, and how it says it.
#ifndef FACET_BENCHMARKS_FRAMING_TABLES_H_
#define FACET_BENCHMARKS_FRAMING_TABLES_H_

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "benchmarks/box_agreement.h"
#include "core/api/detector.h"

namespace facet::bench {

// The canonical box by five points; detector_framing.cc says how. The defaults are near enough to
// tell one face's boxes from another's.
struct CanonicalByPoints {
  double side = 1.85;   // k
  double below = 0.27;  // t
  double across = 0.0;  // u
};
Box CanonicalBoxOf(const std::vector<Point>& points, const CanonicalByPoints& rule);

struct FramedFace {
  std::string set;                 // of photographs
  std::vector<Point> points;       // points5
  std::map<std::string, Box> own;  // each detector's own box, of those that found the face
};

struct Framing {
  size_t num_faces = 0;
  CanonicalByPoints rule;
  std::map<std::string, BoxConvention> conventions;
};
// `haar` is the origin: the rule comes from its boxes, and its convention changes nothing. Rounded
// to three decimals; a shift across that is not sure is 0. Some of the `faces` have a box of haar.
Framing DeriveFraming(const std::vector<FramedFace>& faces);

class FramingReport {
 public:
  // `used`: the conventions that the plugins have; `measured`: other faces than `framing` is from.
  FramingReport(Framing framing, std::map<std::string, BoxConvention> used,
                std::vector<FramedFace> measured)
      : framing_(std::move(framing)), used_(std::move(used)), measured_(std::move(measured)) {}

  // Markdown: the derived conventions, and pairs of detectors by these; where the plugins have
  // others, pairs by the plugins' too.
  std::string Text() const;
  // One line each; empty: within the tolerance.
  std::vector<std::string> Differences(double tolerance) const;
  // Into the tree that `bazel run` was called in.
  absl::Status Write() const;

 private:
  using Conventions = std::map<std::string, BoxConvention>;
  struct Pair {
    std::string first, second;
    Agreement own, canonical;
  };

  std::string ConventionTable() const;
  std::string PairTable(const Conventions& conventions) const;
  std::vector<Pair> PairsBy(const Conventions& conventions) const;
  std::string Section() const;
  std::string ConventionHeader() const;
  std::string SpreadHeader() const;

  const Framing framing_;
  const Conventions used_;
  const std::vector<FramedFace> measured_;
};

}  // namespace facet::bench

#endif  // FACET_BENCHMARKS_FRAMING_TABLES_H_
