#include "plugins/curators/duplicates/near_duplicates.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <map>
#include <numeric>
#include <tuple>
#include <utility>

#include "plugins/curators/local_descriptors/matrix_rows.h"

namespace facet {
namespace {

constexpr int kBlock = 512;

// Two clusters are one when the last, largest, of the pairs between them has come: complete
// linkage. links[x][y] counts those that came.
void LinkCompletely(const std::vector<ClosePair>& pairs, JoinedItems* clusters) {
  std::map<int, std::map<int, int64_t>> links;
  for (const ClosePair& pair : pairs) {
    const int a = clusters->Root(pair.a), b = clusters->Root(pair.b);
    if (a == b) continue;
    ++links[b][a];
    if (++links[a][b] < clusters->Size(a) * clusters->Size(b)) continue;
    const int stays = std::min(a, b), goes = std::max(a, b);
    clusters->Join(a, b);
    for (const auto& [other, count] : links[goes]) {
      links[other].erase(goes);
      if (other == stays) continue;
      links[other][stays] += count;
      links[stays][other] += count;
    }
    links.erase(goes);
  }
}

}  // namespace

JoinedItems::JoinedItems(int count)
    : parent_(static_cast<size_t>(count)), size_(parent_.size(), 1) {
  std::iota(parent_.begin(), parent_.end(), 0);
}

int JoinedItems::Root(int item) {
  while (parent_[static_cast<size_t>(item)] != item) {
    int& parent = parent_[static_cast<size_t>(item)];
    item = parent = parent_[static_cast<size_t>(parent)];
  }
  return item;
}

void JoinedItems::Join(int a, int b) {
  a = Root(a);
  b = Root(b);
  if (a == b) return;
  if (a > b) std::swap(a, b);
  parent_[static_cast<size_t>(b)] = a;
  size_[static_cast<size_t>(a)] += size_[static_cast<size_t>(b)];
}

std::vector<ClosePair> PairsWithin(const cv::Mat& rows, double limit) {
  std::vector<ClosePair> pairs;
  for (int begin = 0; begin < rows.rows; begin += kBlock) {
    const cv::Mat block = rows.rowRange(begin, std::min(rows.rows, begin + kBlock));
    const cv::Mat products = ProductTransposed(block, rows.rowRange(begin, rows.rows));
    for (int i = 0; i < products.rows; ++i) {
      for (int j = i + 1; j < products.cols; ++j) {
        const double square = std::max(0.0, 2.0 - 2.0 * products.at<float>(i, j));
        if (square < limit * limit) pairs.push_back({begin + i, begin + j, std::sqrt(square)});
      }
    }
  }
  std::sort(pairs.begin(), pairs.end(), [](const ClosePair& x, const ClosePair& y) {
    return std::tie(x.distance, x.a, x.b) < std::tie(y.distance, y.a, y.b);
  });
  return pairs;
}

std::vector<int> LinkPairs(int count, const std::vector<ClosePair>& pairs, Linkage linkage) {
  JoinedItems clusters(count);
  if (linkage == Linkage::kComplete) {
    LinkCompletely(pairs, &clusters);
  } else {
    for (const ClosePair& pair : pairs) clusters.Join(pair.a, pair.b);
  }
  std::vector<int> numbers(static_cast<size_t>(count), -1);
  int next = 0;
  for (int i = 0; i < count; ++i) {
    const auto root = static_cast<size_t>(clusters.Root(i));
    if (numbers[root] < 0) numbers[root] = next++;  // the root is the cluster's smallest item
    numbers[static_cast<size_t>(i)] = numbers[root];
  }
  return numbers;
}

}  // namespace facet
