#include "plugins/aligners/pictorial_structure/distance_transform.h"

#include <limits>

#include "core/base/check.h"

namespace facet {
namespace {

// The lower envelope of the parabolas cost[c] + weight (x - c)^2, c = 0 .. n-1.
class Envelope {
 public:
  explicit Envelope(int n) : vertices_(static_cast<size_t>(n)), starts_(static_cast<size_t>(n)) {}

  void Build(const std::vector<double>& cost, double weight) {
    top_ = 0;
    vertices_[0] = 0;
    starts_[0] = -std::numeric_limits<double>::infinity();
    for (int c = 1; c < static_cast<int>(cost.size()); ++c) {
      double start = Crossing(cost, weight, vertices_[top_], c);
      // starts_[0] is minus infinity, which no crossing reaches.
      while (start <= starts_[top_]) start = Crossing(cost, weight, vertices_[--top_], c);
      ++top_;
      vertices_[top_] = c;
      starts_[top_] = start;
    }
  }

  // For x that grow from call to call after Rewind: whose parabola is the lowest there.
  void Rewind() { current_ = 0; }
  int Lowest(double x) {
    while (current_ < top_ && starts_[current_ + 1] < x) ++current_;
    return vertices_[current_];
  }

 private:
  // Where the parabola of the right one begins to be the lower of the two.
  static double Crossing(const std::vector<double>& cost, double weight, int left, int right) {
    const double difference = cost[static_cast<size_t>(right)] - cost[static_cast<size_t>(left)];
    return (difference / weight + right * right - left * left) / (2.0 * (right - left));
  }

  std::vector<int> vertices_;
  std::vector<double> starts_;  // where each vertex's parabola begins to be the lowest
  size_t top_ = 0, current_ = 0;
};

}  // namespace

DistanceTransform TransformDistance(const CostMap& cost, double weight, const Point& offset) {
  FACET_CHECK(weight > 0 && cost.width > 0 && cost.height > 0);
  const int width = cost.width, height = cost.height;
  DistanceTransform result{CostMap(width, height, 0.0), {}};
  result.from.resize(cost.values.size());
  CostMap columns(width, height, 0.0);
  std::vector<int> from_row(cost.values.size());
  std::vector<double> line(static_cast<size_t>(height));
  Envelope along_column(height);
  for (int x = 0; x < width; ++x) {
    for (int y = 0; y < height; ++y) line[static_cast<size_t>(y)] = cost.At(x, y);
    along_column.Build(line, weight);
    along_column.Rewind();
    for (int y = 0; y < height; ++y) {
      const int c = along_column.Lowest(y + offset.y);
      const double distance = c - y - offset.y;
      columns.At(x, y) = line[static_cast<size_t>(c)] + weight * distance * distance;
      from_row[static_cast<size_t>(y * width + x)] = c;
    }
  }
  line.resize(static_cast<size_t>(width));
  Envelope along_row(width);
  for (int y = 0; y < height; ++y) {
    for (int x = 0; x < width; ++x) line[static_cast<size_t>(x)] = columns.At(x, y);
    along_row.Build(line, weight);
    along_row.Rewind();
    for (int x = 0; x < width; ++x) {
      const int c = along_row.Lowest(x + offset.x);
      const double distance = c - x - offset.x;
      result.cost.At(x, y) = line[static_cast<size_t>(c)] + weight * distance * distance;
      result.from[static_cast<size_t>(y * width + x)] =
          from_row[static_cast<size_t>(y * width + c)] * width + c;
    }
  }
  return result;
}

}  // namespace facet
