// The memory of past embeddings, and which tuples it adds.
#include "core/training/memory.h"

#include <ATen/ATen.h>

#include <deque>
#include <set>
#include <tuple>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace facet {
namespace {

std::vector<int64_t> Ints(const at::Tensor& tensor) {
  const at::Tensor flat = tensor.contiguous();
  return {flat.data_ptr<int64_t>(), flat.data_ptr<int64_t>() + flat.numel()};
}

at::Tensor Longs(const std::vector<int64_t>& values) { return at::tensor(values, at::kLong); }

// Embeddings [n, 2] that name their number, labels the same.
void PushNumbers(EmbeddingMemory& memory, int64_t begin, int64_t n) {
  const at::Tensor numbers = at::arange(begin, begin + n, at::kLong);
  memory.Push(numbers.to(at::kFloat).unsqueeze(1).expand({n, 2}).clone().set_requires_grad(true),
              numbers);
}

TEST(EmbeddingMemory, KeepsTheLastOnes) {
  EmbeddingMemory memory(5, at::kCPU);
  EXPECT_EQ(memory.count(), 0);
  std::deque<int64_t> naive;
  int64_t next = 0;
  for (const int64_t n : {2, 2, 2, 4, 1, 7, 5, 3}) {
    PushNumbers(memory, next, n);
    for (int64_t i = 0; i < n; ++i) {
      naive.push_back(next++);
      if (naive.size() > 5) naive.pop_front();
    }
    const std::vector<int64_t> labels = Ints(memory.labels());
    EXPECT_THAT(labels, testing::UnorderedElementsAreArray(naive));
    EXPECT_FALSE(memory.embeddings().requires_grad());
    EXPECT_EQ(Ints(memory.embeddings().select(1, 1).to(at::kLong)), labels);
  }
}

TEST(EmbeddingMemory, GoesOnFromACheckpoint) {
  for (const int64_t pushed : {0, 3, 7}) {
    EmbeddingMemory whole(5, at::kCPU), resumed(5, at::kCPU);
    if (pushed > 0) PushNumbers(whole, 0, pushed);
    TensorSources sources;
    whole.Export(&sources);
    ASSERT_TRUE(resumed.Import(*ParseTensors(SerializeTensors(sources))).ok());
    EXPECT_EQ(resumed.count(), std::min<int64_t>(5, pushed));
    for (int64_t step = 0; step < 4; ++step) {
      PushNumbers(whole, 100 + 2 * step, 2);
      PushNumbers(resumed, 100 + 2 * step, 2);
      // The same places too: the order of the tuples depends on them.
      EXPECT_TRUE(resumed.embeddings().equal(whole.embeddings()));
      EXPECT_TRUE(resumed.labels().equal(whole.labels()));
    }
  }
  StoredTensors half;
  half.tensors["memory/embeddings"] = {{1, 2}, {1, 2}};
  EXPECT_EQ(EmbeddingMemory(5, at::kCPU).Import(half).code(), absl::StatusCode::kDataLoss);
}

TEST(EmbeddingMemory, OfSizeZeroStaysEmpty) {
  EmbeddingMemory memory(0, at::kCPU);
  PushNumbers(memory, 0, 3);
  EXPECT_EQ(memory.count(), 0);
}

using Triple = std::tuple<int64_t, int64_t, int64_t>;

TEST(AllTuples, AreThoseOfLoops) {
  const std::vector<int64_t> labels = {0, 1, 2, 0, 0, 1};
  const int64_t num_anchors = 3;  // of identity 2 there is one image: no positive
  std::vector<std::pair<int64_t, int64_t>> positive, negative;
  std::vector<Triple> triplets;
  for (int64_t a = 0; a < num_anchors; ++a) {
    for (int64_t p = 0; p < 6; ++p) {
      const bool same = labels[static_cast<size_t>(a)] == labels[static_cast<size_t>(p)];
      if (p != a) (same ? positive : negative).emplace_back(a, p);
      for (int64_t n = 0; n < 6; ++n) {
        if (same && p != a && labels[static_cast<size_t>(n)] != labels[static_cast<size_t>(a)]) {
          triplets.emplace_back(a, p, n);
        }
      }
    }
  }
  const Tuples pairs = AllTuples(TupleKind::kPairs, Longs(labels), num_anchors);
  const auto zip = [](const at::Tensor& first, const at::Tensor& second) {
    std::vector<std::pair<int64_t, int64_t>> zipped;
    for (int64_t i = 0; i < first.numel(); ++i) {
      zipped.emplace_back(first[i].item<int64_t>(), second[i].item<int64_t>());
    }
    return zipped;
  };
  EXPECT_EQ(zip(pairs.positive_first, pairs.positive_second), positive);
  EXPECT_EQ(zip(pairs.negative_first, pairs.negative_second), negative);
  EXPECT_EQ(pairs.num_skipped, 0);
  const Tuples triples = AllTuples(TupleKind::kTriplets, Longs(labels), num_anchors);
  std::vector<Triple> found;
  for (int64_t i = 0; i < triples.anchors.numel(); ++i) {
    found.emplace_back(triples.anchors[i].item<int64_t>(), triples.positives[i].item<int64_t>(),
                       triples.negatives[i].item<int64_t>());
  }
  EXPECT_EQ(found, triplets);
  EXPECT_EQ(triples.num_skipped, 1);
}

TEST(NumSkipped, CountsAnchorsThatBeginNoTuple) {
  Tuples triplets;
  triplets.kind = TupleKind::kTriplets;
  triplets.anchors = Longs({0, 2, 2});
  triplets.positives = Longs({5, 6, 7});
  triplets.negatives = Longs({1, 9, 9});
  triplets.num_skipped = 99;  // what the miner says does not matter
  EXPECT_EQ(NumSkipped(triplets, 4), 2);
  Tuples pairs;
  pairs.kind = TupleKind::kPairs;
  pairs.positive_first = pairs.positive_second = Longs({});
  pairs.negative_first = Longs({3, 0});
  pairs.negative_second = Longs({1, 1});
  EXPECT_EQ(NumSkipped(pairs, 4), 2);
  EXPECT_EQ(NumSkipped(pairs, 5), 3);
}

TEST(KeepAnchors, DropsTuplesThatBeginInTheMemory) {
  Tuples triplets;
  triplets.kind = TupleKind::kTriplets;
  triplets.anchors = Longs({0, 5, 2, 2});
  triplets.positives = Longs({5, 0, 6, 7});
  triplets.negatives = Longs({1, 1, 9, 9});
  triplets.num_skipped = 99;  // of the memory's rows too: says nothing
  const Tuples kept = KeepAnchors(triplets, 4);
  EXPECT_EQ(Ints(kept.anchors), (std::vector<int64_t>{0, 2, 2}));
  EXPECT_EQ(Ints(kept.positives), (std::vector<int64_t>{5, 6, 7}));
  EXPECT_EQ(Ints(kept.negatives), (std::vector<int64_t>{1, 9, 9}));
  EXPECT_EQ(kept.num_skipped, 2);  // 1 and 3
  Tuples pairs;
  pairs.kind = TupleKind::kPairs;
  pairs.positive_first = Longs({0, 4});
  pairs.positive_second = Longs({4, 0});
  pairs.negative_first = Longs({3, 7, 1});
  pairs.negative_second = Longs({8, 8, 8});
  const Tuples kept_pairs = KeepAnchors(pairs, 4);
  EXPECT_EQ(Ints(kept_pairs.positive_first), (std::vector<int64_t>{0}));
  EXPECT_EQ(Ints(kept_pairs.positive_second), (std::vector<int64_t>{4}));
  EXPECT_EQ(Ints(kept_pairs.negative_first), (std::vector<int64_t>{3, 1}));
  EXPECT_EQ(kept_pairs.num_skipped, 1);  // 2
}

}  // namespace
}  // namespace facet
