#include "plugins/detectors/dpm_model.h"

#include <cmath>
#include <fstream>
#include <opencv2/core.hpp>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "plugins/opencv/opencv.h"

namespace facet {
namespace {

constexpr int kFeatures = 32;  // of a cell: the library's

struct Fields {
  int cell_px = 0, interval = 0, max_width = 0, max_height = 0, num_components = 0;
  int num_features = 0, pca_dimension = 0;
  double score_threshold = 0.0;
  cv::Mat pca;
  std::vector<double> bias;
  std::vector<cv::Mat> roots, pca_roots, parts, pca_parts;
  std::vector<double> num_parts;
  std::vector<std::vector<double>> pruning, anchors, deformations, order, location;
};

constexpr const char* kNames[] = {
    "SBin",        "Interval",    "MaxSizeX",       "MaxSizeY",       "NumComponents",
    "NumFeatures", "PCADim",      "ScoreThreshold", "PCAcoeff",       "Bias",
    "RootFilters", "PartFilters", "RootPCAFilters", "PartPCAFilters", "PrunThreshold",
    "Anchor",      "Deformation", "NumParts",       "PartOrder",      "LocationWeight"};

std::vector<std::vector<double>> Lists(const cv::FileNode& node) {
  std::vector<std::vector<double>> lists(node.size());
  for (size_t i = 0; i < lists.size(); ++i) node[static_cast<int>(i)] >> lists[i];
  return lists;
}

std::vector<cv::Mat> Matrices(const cv::FileNode& node) {
  std::vector<cv::Mat> matrices(node.size());
  for (size_t i = 0; i < matrices.size(); ++i) node[static_cast<int>(i)] >> matrices[i];
  return matrices;
}

Fields Read(const cv::FileStorage& file) {
  Fields f;
  file["SBin"] >> f.cell_px;
  file["Interval"] >> f.interval;
  file["MaxSizeX"] >> f.max_width;
  file["MaxSizeY"] >> f.max_height;
  file["NumComponents"] >> f.num_components;
  file["NumFeatures"] >> f.num_features;
  file["PCADim"] >> f.pca_dimension;
  file["ScoreThreshold"] >> f.score_threshold;
  file["PCAcoeff"] >> f.pca;
  file["Bias"] >> f.bias;
  f.roots = Matrices(file["RootFilters"]);
  f.pca_roots = Matrices(file["RootPCAFilters"]);
  f.parts = Matrices(file["PartFilters"]);
  f.pca_parts = Matrices(file["PartPCAFilters"]);
  file["NumParts"] >> f.num_parts;
  f.pruning = Lists(file["PrunThreshold"]);
  f.anchors = Lists(file["Anchor"]);
  f.deformations = Lists(file["Deformation"]);
  f.order = Lists(file["PartOrder"]);
  f.location = Lists(file["LocationWeight"]);
  return f;
}

bool IsFilter(const cv::Mat& filter, int dimension) {
  return filter.type() == CV_64FC1 && filter.rows > 0 && filter.cols > 0 &&
         filter.cols % dimension == 0 && cv::checkRange(filter);
}

// What is wrong with filters and their projections; empty if nothing.
std::string FilterProblem(const char* name, const std::vector<cv::Mat>& filters,
                          const std::vector<cv::Mat>& projected, int64_t wanted, const Fields& f) {
  if (static_cast<int64_t>(filters.size()) != wanted || projected.size() != filters.size()) {
    return absl::StrCat("it has ", filters.size(), " ", name, " filters and ", projected.size(),
                        " projected ones, wanted: ", wanted);
  }
  for (size_t i = 0; i < filters.size(); ++i) {
    if (!IsFilter(filters[i], kFeatures) || !IsFilter(projected[i], f.pca_dimension) ||
        filters[i].rows != projected[i].rows ||
        filters[i].cols / kFeatures != projected[i].cols / f.pca_dimension) {
      return absl::StrCat(name, " filter ", i,
                          " is no finite double matrix, or its projection has another size");
    }
  }
  return "";
}

// The feature pyramid is padded by the largest root filter.
std::string RootProblem(const Fields& f) {
  for (const cv::Mat& root : f.roots) {
    if (root.rows > f.max_height || root.cols / kFeatures > f.max_width) {
      return "a root filter is larger than MaxSizeX x MaxSizeY";
    }
  }
  return "";
}

// The library takes 2 P + 1 further steps for a component of P parts, each with two thresholds.
std::string ComponentProblem(const Fields& f, size_t component) {
  const double parts = f.num_parts[component];
  if (!(parts >= 0 && parts <= 1000 && parts == std::floor(parts))) {
    return absl::StrCat("NumParts of component ", component, " is no count");
  }
  const size_t n = static_cast<size_t>(parts);
  const std::vector<double>& order = f.order[component];
  if (order.size() < 2 * n + 2 || f.pruning[component].size() < 4 * n + 3 ||
      f.location[component].size() < 3) {
    return absl::StrCat("component ", component, " of ", n, " parts wants ", 2 * n + 2,
                        " values in PartOrder, ", 4 * n + 3,
                        " in PrunThreshold, 3 in LocationWeight");
  }
  for (const double part : order) {
    if (!(part >= 0 && part <= parts && part == std::floor(part))) {
      return absl::StrCat("PartOrder of component ", component, " names part ", part, " of ", n);
    }
  }
  return "";
}

// Parts lie in their root filter, in cells of twice its resolution: the library reads beyond its
// features otherwise.
std::string PartProblem(const Fields& f) {
  size_t part = 0;
  for (size_t component = 0; component < f.roots.size(); ++component) {
    const int width = 2 * f.roots[component].cols / kFeatures, height = 2 * f.roots[component].rows;
    for (int i = 0; i < f.num_parts[component]; ++i, ++part) {
      const std::vector<double>& anchor = f.anchors[part];
      if (anchor.size() < 2 || f.deformations[part].size() < 4) {
        return absl::StrCat("part ", part, " wants 2 values in Anchor and 4 in Deformation");
      }
      const int columns = f.parts[part].cols / kFeatures, rows = f.parts[part].rows;
      if (!(anchor[0] >= 0 && anchor[1] >= 0 && anchor[0] + columns <= width &&
            anchor[1] + rows <= height && columns >= 2 && rows >= 2)) {
        return absl::StrCat("part ", part, " does not lie in its root filter, or has but one cell");
      }
    }
  }
  return "";
}

std::string Problem(const Fields& f) {
  if (f.cell_px < 2 || f.cell_px % 2 != 0 || f.interval < 1 || f.max_width < 1 ||
      f.max_height < 1 || f.num_components < 1) {
    return "SBin must be even, Interval, MaxSizeX, MaxSizeY and NumComponents positive";
  }
  if (f.num_features != kFeatures || f.pca_dimension < 1 || f.pca.type() != CV_64FC1 ||
      f.pca.rows != kFeatures || f.pca.cols != f.pca_dimension || !cv::checkRange(f.pca)) {
    return absl::StrCat("NumFeatures must be ", kFeatures, " and PCAcoeff a double matrix of ",
                        kFeatures, " x PCADim");
  }
  const size_t components = static_cast<size_t>(f.num_components);
  if (f.bias.size() != components || f.num_parts.size() != components ||
      f.order.size() != components || f.pruning.size() != components ||
      f.location.size() != components) {
    return "Bias, NumParts, PartOrder, PrunThreshold and LocationWeight must have an entry for "
           "each component";
  }
  double num_parts = 0;
  for (size_t i = 0; i < components; ++i) {
    if (std::string problem = ComponentProblem(f, i); !problem.empty()) return problem;
    num_parts += f.num_parts[i];
  }
  std::string problem = FilterProblem("root", f.roots, f.pca_roots, f.num_components, f);
  if (problem.empty()) {
    problem = FilterProblem("part", f.parts, f.pca_parts, static_cast<int64_t>(num_parts), f);
  }
  if (problem.empty()) problem = RootProblem(f);
  if (!problem.empty()) return problem;
  if (f.anchors.size() != f.parts.size() || f.deformations.size() != f.parts.size()) {
    return "Anchor and Deformation must have an entry for each part";
  }
  return PartProblem(f);
}

// The library builds 1 + floor(interval * log2(side / (5 cells))) levels below the first octave,
// and leaves gaps where that is less than two octaves less one.
int SmallestSide(const Fields& f) {
  const double octaves = (2.0 * f.interval - 2) / f.interval;
  return static_cast<int>(std::ceil(5.0 * f.cell_px * std::exp2(octaves))) + 1;
}

}  // namespace

absl::StatusOr<DpmModelFacts> CheckDpmModel(const std::string& path) {
  if (!std::ifstream(path).good()) {
    return absl::NotFoundError(absl::StrCat(
        "model ", path, " cannot be read; wanted: a cascade model in the XML of OpenCV's dpm"));
  }
  // The library passes over other names without a word.
  if (!absl::EndsWith(path, ".xml")) {
    return absl::InvalidArgumentError(absl::StrCat("model ", path, ": its name must end in .xml"));
  }
  Fields fields;
  try {
    const cv::FileStorage file(path, cv::FileStorage::READ);
    for (const char* name : kNames) {
      if (file.isOpened() && !file[name].empty()) continue;
      return absl::InvalidArgumentError(
          absl::StrCat("model ", path, " is no model of OpenCV's dpm: it has no ", name));
    }
    fields = Read(file);
  } catch (const cv::Exception& error) {
    return OpenCvError(absl::StrCat("model ", path), error);
  }
  if (const std::string problem = Problem(fields); !problem.empty()) {
    return absl::InvalidArgumentError(
        absl::StrCat("model ", path, " is no model of OpenCV's dpm: ", problem));
  }
  return DpmModelFacts{fields.score_threshold, SmallestSide(fields)};
}

}  // namespace facet
