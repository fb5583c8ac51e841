// A model made here, so that everything about it is known: root and parts are the features of a
// pattern in a drawn image. Features and scores are derived again by plain loops, from the formulas
// of Felzenszwalb et al. (PAMI 2010, section 6) with the constants of their release.
#include <algorithm>
#include <array>
#include <cmath>
#include <fstream>
#include <functional>
#include <opencv2/core.hpp>
#include <string>
#include <vector>

#include "core/api/detector.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "plugins/opencv/opencv.h"
#include "plugins/plugin_testing.h"

namespace facet {
namespace {

using ::testing::HasSubstr;

constexpr int kImagePx = 128, kCellPx = 8, kRoot = 5, kPart = 6, kLeft = 40, kTop = 24;
constexpr std::array<std::array<int, 2>, 2> kAnchors = {{{0, 1}, {4, 3}}};
constexpr double kDeformation[] = {0.03, 0.01, 0.02, -0.01};

// Grey noise with a pattern of coloured 5-px tiles at (kLeft + shift, kTop).
Image Draw(int shift) {
  Image image(kImagePx, kImagePx);
  Random noise(1), tiles(2);
  for (uint8_t& value : image.bgr) value = static_cast<uint8_t>(120 + noise.Index(12));
  for (int tile = 0; tile < 64; ++tile) {
    std::array<uint8_t, 3> colour;
    for (uint8_t& value : colour) value = static_cast<uint8_t>(tiles.Index(256));
    for (int i = 0; i < 25; ++i) {
      const int x = kLeft + shift + tile % 8 * 5 + i % 5, y = kTop + tile / 8 * 5 + i / 5;
      std::copy(colour.begin(), colour.end(), image.Pixel(x, y));
    }
  }
  return image;
}

using Cell = std::array<double, 32>;

// Features of the cells of `cell_px`, the outermost cells excepted: at(column - 1, row - 1).
struct Features {
  int size = 0;
  std::vector<Cell> cells;
  const Cell& At(int column, int row) const {
    return cells[static_cast<size_t>(row) * static_cast<size_t>(size) +
                 static_cast<size_t>(column)];
  }
};

// Bin 0..17 and magnitude of the strongest channel's gradient.
std::pair<int, double> Gradient(const Image& image, int x, int y) {
  double best = -1, best_dx = 0, best_dy = 0;
  for (int channel : {2, 1, 0}) {
    const double dx = image.Pixel(x + 1, y)[channel] - image.Pixel(x - 1, y)[channel];
    const double dy = image.Pixel(x, y + 1)[channel] - image.Pixel(x, y - 1)[channel];
    if (dx * dx + dy * dy > best) {
      best = dx * dx + dy * dy;
      best_dx = dx;
      best_dy = dy;
    }
  }
  // The release's table of nine directions, 20 degrees apart, to four digits.
  const double cosine[] = {1, .9397, .766, .5, .1736, -.1736, -.5, -.766, -.9397};
  const double sine[] = {0, .342, .6428, .866, .9848, .9848, .866, .6428, .342};
  int bin = 0;
  double strongest = 0;
  for (int o = 0; o < 9; ++o) {
    const double along = cosine[o] * best_dx + sine[o] * best_dy;
    if (std::abs(along) > strongest) {
      strongest = std::abs(along);
      bin = along > 0 ? o : o + 9;
    }
  }
  return {bin, std::sqrt(best)};
}

Features FeaturesOf(const Image& image, int cell_px) {
  const int cells = kImagePx / cell_px;
  std::vector<std::array<double, 18>> histograms(static_cast<size_t>(cells * cells));
  const auto histogram = [&](int column, int row) -> std::array<double, 18>& {
    return histograms[static_cast<size_t>(row * cells + column)];
  };
  for (int y = 1; y < kImagePx - 1; ++y) {
    for (int x = 1; x < kImagePx - 1; ++x) {
      const auto [bin, magnitude] = Gradient(image, x, y);
      for (int row = 0; row < cells; ++row) {
        const double wy = 1 - std::abs((y + 0.5) / cell_px - 0.5 - row);
        if (wy <= 0) continue;
        for (int column = 0; column < cells; ++column) {
          const double wx = 1 - std::abs((x + 0.5) / cell_px - 0.5 - column);
          if (wx > 0) histogram(column, row)[static_cast<size_t>(bin)] += wx * wy * magnitude;
        }
      }
    }
  }
  const auto energy = [&](int column, int row) {
    double sum = 0;
    for (size_t o = 0; o < 9; ++o) {
      const double both = histogram(column, row)[o] + histogram(column, row)[o + 9];
      sum += both * both;
    }
    return sum;
  };
  Features features;
  features.size = cells - 2;
  for (int row = 1; row < cells - 1; ++row) {
    for (int column = 1; column < cells - 1; ++column) {
      Cell cell = {};
      // The four blocks of 2x2 cells around: below right, above right, below left, above left.
      const int blocks[4][2] = {{0, 0}, {0, -1}, {-1, 0}, {-1, -1}};
      for (size_t b = 0; b < 4; ++b) {
        const int c = column + blocks[b][0], r = row + blocks[b][1];
        const double norm = 1 / std::sqrt(energy(c, r) + energy(c + 1, r) + energy(c, r + 1) +
                                          energy(c + 1, r + 1) + 1e-4);
        for (size_t o = 0; o < 18; ++o) {
          const double value = std::min(histogram(column, row)[o] * norm, 0.2);
          cell[o] += 0.5 * value;
          cell[27 + b] += 0.2357 * value;
          if (o >= 9) continue;
          const double both = histogram(column, row)[o] + histogram(column, row)[o + 9];
          cell[18 + o] += 0.5 * std::min(both * norm, 0.2);
        }
      }
      features.cells.push_back(cell);
    }
  }
  return features;
}

// Filters: the features at a place less their mean over the image.
struct Filter {
  int size = 0;
  std::vector<Cell> weights;

  Filter(const Features& features, int column, int row, int cells) : size(cells) {
    Cell mean = {};
    for (const Cell& cell : features.cells) {
      for (size_t d = 0; d < 32; ++d) mean[d] += cell[d] / features.cells.size();
    }
    for (int i = 0; i < cells * cells; ++i) {
      Cell cell = features.At(column + i % cells, row + i / cells);
      for (size_t d = 0; d < 32; ++d) cell[d] -= mean[d];
      weights.push_back(cell);
    }
  }
  double Response(const Features& features, int column, int row) const {
    double sum = 0;
    for (int i = 0; i < size * size; ++i) {
      const Cell& cell = features.At(column + i % size, row + i / size);
      for (size_t d = 0; d < 32; ++d) sum += weights[static_cast<size_t>(i)][d] * cell[d];
    }
    return sum;
  }
  cv::Mat Matrix() const {
    cv::Mat matrix(size, size * 32, CV_64F);
    for (int i = 0; i < size * size; ++i) {
      for (int d = 0; d < 32; ++d) {
        matrix.at<double>(i / size, i % size * 32 + d) =
            weights[static_cast<size_t>(i)][static_cast<size_t>(d)];
      }
    }
    return matrix;
  }
};

struct Model {
  Filter root;
  std::vector<Filter> parts;

  // Of the image that shows the pattern on whole cells.
  static Model Make() {
    const Image image = Draw(0);
    const Features coarse = FeaturesOf(image, kCellPx), fine = FeaturesOf(image, kCellPx / 2);
    const int column = kLeft / kCellPx, row = kTop / kCellPx;
    Model model = {Filter(coarse, column - 1, row - 1, kRoot), {}};
    for (const auto& anchor : kAnchors) {
      model.parts.emplace_back(fine, 2 * column + anchor[0] - 1, 2 * row + anchor[1] - 1, kPart);
    }
    return model;
  }

  // Root at a cell of the image, without bias; parts move by up to 4 fine cells.
  double Score(const Features& coarse, const Features& fine, int column, int row) const {
    double score = root.Response(coarse, column - 1, row - 1);
    for (size_t p = 0; p < parts.size(); ++p) {
      double best = -1e9;
      for (int dy = -4; dy <= 4; ++dy) {
        for (int dx = -4; dx <= 4; ++dx) {
          const int x = 2 * column + kAnchors[p][0] + dx - 1;
          const int y = 2 * row + kAnchors[p][1] + dy - 1;
          if (x < 0 || y < 0 || x + kPart > fine.size || y + kPart > fine.size) continue;
          const double cost = kDeformation[0] * dx * dx - kDeformation[1] * dx +
                              kDeformation[2] * dy * dy - kDeformation[3] * dy;
          best = std::max(best, parts[p].Response(fine, x, y) - cost);
        }
      }
      score += best;
    }
    return score;
  }
};

// What goes into the file, to be damaged.
struct File {
  int num_features = 32;
  double score_threshold = -1e6, bias = 0.0;
  std::vector<double> order = {0, 2, 1, 0, 1, 2}, pruning = std::vector<double>(12, -1e9);
  cv::Mat root;
  std::vector<double> anchor = {kAnchors[0][0], kAnchors[0][1]};

  std::string Write(const Model& model, const std::string& name) const {
    const std::string path = testing::TempDir() + "/" + name;
    cv::FileStorage out(path, cv::FileStorage::WRITE);
    const std::vector<cv::Mat> roots = {root.empty() ? model.root.Matrix() : root};
    const std::vector<cv::Mat> parts = {model.parts[0].Matrix(), model.parts[1].Matrix()};
    out << "SBin" << kCellPx << "Interval" << 2 << "MaxSizeX" << kRoot << "MaxSizeY" << kRoot;
    out << "NumComponents" << 1 << "NumFeatures" << num_features << "PCADim" << 32;
    out << "ScoreThreshold" << score_threshold << "PCAcoeff" << cv::Mat::eye(32, 32, CV_64F);
    out << "Bias" << std::vector<double>{bias} << "RootFilters" << roots;
    out << "RootPCAFilters" << roots << "PartFilters" << parts << "PartPCAFilters" << parts;
    out << "PrunThreshold"
        << "[" << pruning << "]";
    out << "Anchor"
        << "[" << anchor << std::vector<double>{kAnchors[1][0], kAnchors[1][1]} << "]";
    const std::vector<double> deformation(std::begin(kDeformation), std::end(kDeformation));
    out << "Deformation"
        << "[" << deformation << deformation << "]";
    out << "NumParts" << std::vector<double>{2} << "PartOrder"
        << "[" << order << "]";
    out << "LocationWeight"
        << "[" << std::vector<double>{0, 0, 0} << "]";
    return path;
  }
};

std::string OptionsFor(const std::vector<std::string>& models, const std::string& more) {
  std::string list;
  for (const std::string& path : models) {
    absl::StrAppend(&list, list.empty() ? "\"" : ", \"", path, "\"");
  }
  return absl::StrCat("{\"models\": [", list, "]", more.empty() ? "" : ", ", more, "}");
}

std::vector<Face> Detect(const std::string& options, const Image& image) {
  const auto dpm = MakeComponent<Detector>(options);
  if (!dpm.ok()) {
    ADD_FAILURE() << dpm.status();
    return {};
  }
  return (*dpm)->Detect(image, {}).value();
}

// The pattern on other cells than it was learned on: place and score as the loops above say.
TEST(Dpm, FindsThePatternWithTheScoreOfANaiveSearch) {
  const Model model = Model::Make();
  const Image image = Draw(2 * kCellPx);
  const Features coarse = FeaturesOf(image, kCellPx), fine = FeaturesOf(image, kCellPx / 2);
  double best = -1e9;
  int best_column = 0, best_row = 0;
  for (int row = 1; row + kRoot <= coarse.size + 1; ++row) {
    for (int column = 1; column + kRoot <= coarse.size + 1; ++column) {
      const double score = model.Score(coarse, fine, column, row);
      if (score <= best) continue;
      best = score;
      best_column = column;
      best_row = row;
    }
  }
  EXPECT_EQ(best_column * kCellPx, kLeft + 2 * kCellPx);
  EXPECT_EQ(best_row * kCellPx, kTop);

  File file;
  file.bias = 1 - best;  // so that the best scores 1, and little else above 0
  const std::string path = file.Write(model, "dpm.xml");
  const Image before = image;
  const std::vector<Face> faces = Detect(OptionsFor({path}, R"("min_score": 0)"), image);
  ASSERT_FALSE(faces.empty());
  EXPECT_EQ(image.bgr, before.bgr);
  EXPECT_NEAR(faces[0].box.x, kLeft + 2 * kCellPx - 0.5, 1e-9);
  EXPECT_NEAR(faces[0].box.y, kTop - 0.5, 1e-9);
  EXPECT_NEAR(faces[0].box.width, kRoot * kCellPx, 1e-9);
  EXPECT_NEAR(faces[0].box.height, kRoot * kCellPx, 1e-9);
  EXPECT_EQ(faces[0].pose, Pose::kUnknown);
  // The library gives float; sums of a thousand products are of the order of ten.
  EXPECT_NEAR(faces[0].score, 1.0, 1e-4);
}

TEST(Dpm, TheBetterModelGivesThePoseAndSuppressesTheOther) {
  const Model model = Model::Make();
  File weak, strong;
  strong.bias = 0.25;
  const std::string frontal = weak.Write(model, "frontal.xml");
  const std::string left = strong.Write(model, "left.xml");
  const std::vector<Face> faces = Detect(
      OptionsFor({frontal, left}, R"("poses": ["frontal", "left"], "min_score": -1000)"), Draw(0));
  ASSERT_FALSE(faces.empty());
  EXPECT_EQ(faces[0].pose, Pose::kLeft);
  for (size_t i = 0; i < faces.size(); ++i) {
    const Box& weaker = faces[i].box;
    EXPECT_GE(weaker.x, -0.5);
    EXPECT_LE(weaker.x + weaker.width, kImagePx - 0.5);
    for (size_t j = 0; j < i; ++j) {
      EXPECT_GE(faces[j].score, faces[i].score);
      const Box& better = faces[j].box;
      const double width =
          std::min(better.x + better.width, weaker.x + weaker.width) - std::max(better.x, weaker.x);
      const double height = std::min(better.y + better.height, weaker.y + weaker.height) -
                            std::max(better.y, weaker.y);
      const double common = std::max(0.0, width) * std::max(0.0, height);
      EXPECT_LE(common / (weaker.width * weaker.height), 0.2 + 1e-9);
    }
  }
}

TEST(Dpm, ImagesBelowTheSizeOfThePyramidAreNoError) {
  const std::string options = OptionsFor({File().Write(Model::Make(), "small.xml")}, "");
  for (const auto& [width, height] : {std::pair(1, 1), std::pair(60, 90), std::pair(20, 300)}) {
    Detect(options, Image(width, height));
  }
}

TEST(Dpm, AFileThatIsNoModelIsRefusedWhenTheDetectorIsMade) {
  const Model model = Model::Make();
  const auto problem = [](const std::string& path, const std::string& more) {
    return std::string(MakeComponent<Detector>(OptionsFor({path}, more)).status().message());
  };
  EXPECT_THAT(problem("/nowhere/face.xml", ""), HasSubstr("/nowhere/face.xml cannot be read"));
  const std::string lbp = "/usr/share/opencv4/lbpcascades/lbpcascade_frontalface.xml";
  EXPECT_THAT(problem(lbp, ""), HasSubstr("is no model of OpenCV's dpm: it has no SBin"));
  const std::string text = testing::TempDir() + "/text.xml";
  std::ofstream(text) << "not XML";
  EXPECT_THAT(problem(text, ""), HasSubstr(text));
  EXPECT_THAT(problem(File().Write(model, "model.yml"), ""), HasSubstr("must end in .xml"));

  const auto damaged = [&](const std::function<void(File&)>& damage) {
    File file;
    damage(file);
    return problem(file.Write(model, "damaged.xml"), "");
  };
  EXPECT_EQ(damaged([](File&) {}), "");
  EXPECT_THAT(damaged([](File& f) { f.num_features = 31; }), HasSubstr("NumFeatures must be 32"));
  EXPECT_THAT(damaged([](File& f) { f.pruning.pop_back(), f.pruning.pop_back(); }),
              HasSubstr("component 0 of 2 parts wants 6 values in PartOrder, 11 in PrunThreshold"));
  EXPECT_THAT(damaged([](File& f) { f.order[1] = 3; }), HasSubstr("names part 3 of 2"));
  EXPECT_THAT(damaged([](File& f) { f.root = cv::Mat::zeros(5, 6 * 32, CV_64F); }),
              HasSubstr("a root filter is larger than MaxSizeX x MaxSizeY"));
  EXPECT_THAT(damaged([](File& f) { f.root = cv::Mat::zeros(5, 5 * 32, CV_32F); }),
              HasSubstr("root filter 0"));
  EXPECT_THAT(damaged([](File& f) { f.anchor = {7, 0}; }),
              HasSubstr("part 0 does not lie in its root filter"));
  EXPECT_THAT(damaged([](File& f) { f.score_threshold = 0.1; }), HasSubstr("raise min_score"));
  EXPECT_THAT(problem(File().Write(model, "poses.xml"), R"("poses": ["left", "right"])"),
              HasSubstr("poses has 2 entries for 1 models"));
}

}  // namespace
}  // namespace facet
