// Fisher vectors: images per second of facet's encoder and of VLFeat's, and how far they differ.
//
//   bazel build //benchmarks:fisher_vector
//   bazel-bin/benchmarks/fisher_vector --benchmark_repetitions=9
//     --benchmark_report_aggregates_only [--benchmark_filter=K:512]
//
// BM_FisherVector/<facet|vlfeat>/K:<modes>/N:<descriptors> encodes the descriptors of one rendered
// face (dense SIFT at five scales, PCA to 64, positions: 66 dimensions) on one thread. A face of
// 125 x 160 px has 25,934 of them, the paper's size with K = 512. The vocabulary was learned from
// such faces; VLFeat's encoder works in float32 too, with SSE and AVX as it finds them.
//   Time               one image (processor time of the thread)
//   items_per_second   images/s and core
//   difference         largest difference between the two vectors, of the largest entry
// BM_DenseSift/125x160 is what comes before. Quote figures of an idle machine with processor and
// repetitions.
#include "plugins/curators/purity/fisher_vector.h"

#include <benchmark/benchmark.h>
#include <vl/fisher.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <map>
#include <opencv2/imgproc.hpp>
#include <string>

#include "plugins/curators/local_descriptors/vlfeat.h"
#include "plugins/curators/purity/face_vocabulary.h"
#include "plugins/opencv/opencv.h"
#include "plugins/rendered_faces/album.h"

namespace facet {
namespace {

template <class T>
T Require(absl::StatusOr<T> made) {
  if (made.ok()) return std::move(made).value();
  std::fprintf(stderr, "fisher_vector: %s\n", std::string(made.status().message()).c_str());
  std::exit(1);
}

cv::Mat GreyFace(uint64_t seed, const cv::Size& size) {
  FaceShot shot;
  shot.identity_seed = seed;
  shot.scene_seed = seed + 1;
  cv::Mat grey;
  cv::resize(Grey(RenderShot(shot, SceneStyle(), size.width)), grey, size);
  return grey;
}

LocalDescriptors Describe(uint64_t seed, const cv::Size& size) {
  return Require(DenseSift(GreyFace(seed, size), DenseSiftOptions()));
}

struct Case {
  GaussianMixture mixture;
  cv::Mat descriptors;  // of a face that is not among those learned from
};

const Case& CaseOf(int modes, const cv::Size& size) {
  static std::map<std::pair<int, int>, Case> made;
  Case& one = made[{modes, size.width}];
  if (!one.descriptors.empty()) return one;
  LocalDescriptors samples = Describe(1, size);
  for (uint64_t seed = 3; seed < 9; seed += 2) {
    const LocalDescriptors more = Describe(seed, size);
    samples.sift.push_back(more.sift);
    samples.positions.push_back(more.positions);
  }
  FaceVocabularyOptions options;
  options.num_modes = modes;
  options.mixture_iterations = 5;
  const FaceVocabulary vocabulary = Require(TrainFaceVocabulary(samples, options));
  one = {vocabulary.mixture, Project(vocabulary, Describe(101, size))};
  return one;
}

cv::Mat VlfeatVector(const Case& one) {
  const GaussianMixture& mixture = one.mixture;
  cv::Mat vector(1, 2 * mixture.num_modes() * mixture.dimension(), CV_32FC1);
  vl_fisher_encode(
      vector.ptr(), VL_TYPE_FLOAT, mixture.means.ptr(), static_cast<vl_size>(mixture.dimension()),
      static_cast<vl_size>(mixture.num_modes()), mixture.variances.ptr(), mixture.priors.ptr(),
      one.descriptors.ptr(), static_cast<vl_size>(one.descriptors.rows), VL_FISHER_FLAG_IMPROVED);
  return vector;
}

void CountImages(benchmark::State& state) { state.SetItemsProcessed(state.iterations()); }

void BM_Facet(benchmark::State& state, int modes, const cv::Size& size) {
  const Case& one = CaseOf(modes, size);
  const FisherEncoder encoder = Require(FisherEncoder::Create(one.mixture));
  cv::Mat vector;
  for (auto _ : state) benchmark::DoNotOptimize(vector = Require(encoder.Encode(one.descriptors)));
  const cv::Mat expected = VlfeatVector(one);
  const double difference = cv::norm(vector, expected, cv::NORM_INF);
  state.counters["difference"] = difference / cv::norm(expected, cv::NORM_INF);
  if (difference > 1e-2 * cv::norm(expected, cv::NORM_INF)) {
    state.SkipWithError("the two encoders differ");
  }
  CountImages(state);
}

void BM_Vlfeat(benchmark::State& state, int modes, const cv::Size& size) {
  const Case& one = CaseOf(modes, size);
  vl_set_num_threads(1);
  for (auto _ : state) benchmark::DoNotOptimize(VlfeatVector(one));
  CountImages(state);
}

void BM_DenseSift(benchmark::State& state) {
  const cv::Mat grey = GreyFace(101, {125, 160});
  for (auto _ : state) {
    benchmark::DoNotOptimize(Require(DenseSift(grey, DenseSiftOptions())));
  }
  CountImages(state);
}

void RegisterAll() {
  for (const auto& [modes, size] :
       {std::pair<int, cv::Size>{16, {40, 40}}, {64, {125, 160}}, {512, {125, 160}}}) {
    const int descriptors = Describe(101, size).sift.rows;
    const std::string name = "/K:" + std::to_string(modes) + "/N:" + std::to_string(descriptors);
    const auto modes_and_size = std::pair<int, cv::Size>{modes, size};
    benchmark::RegisterBenchmark(("BM_FisherVector/facet" + name).c_str(),
                                 [modes_and_size](benchmark::State& state) {
                                   BM_Facet(state, modes_and_size.first, modes_and_size.second);
                                 })
        ->Unit(benchmark::kMillisecond);
    benchmark::RegisterBenchmark(("BM_FisherVector/vlfeat" + name).c_str(),
                                 [modes_and_size](benchmark::State& state) {
                                   BM_Vlfeat(state, modes_and_size.first, modes_and_size.second);
                                 })
        ->Unit(benchmark::kMillisecond);
  }
  benchmark::RegisterBenchmark("BM_DenseSift/125x160", BM_DenseSift)->Unit(benchmark::kMillisecond);
}

}  // namespace
}  // namespace facet

int main(int argc, char** argv) {
  benchmark::Initialize(&argc, argv);
  if (benchmark::ReportUnrecognizedArguments(argc, argv)) return 1;
  facet::RegisterAll();
  benchmark::RunSpecifiedBenchmarks();
}
