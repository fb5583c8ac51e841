// Data for tests of what makes descriptors of images.
#ifndef FACET_PLUGINS_CURATORS_LOCAL_DESCRIPTORS_IMAGE_DESCRIPTORS_TESTING_H_
#define FACET_PLUGINS_CURATORS_LOCAL_DESCRIPTORS_IMAGE_DESCRIPTORS_TESTING_H_

#include <omp.h>

#include <cmath>
#include <cstdint>
#include <cstring>
#include <functional>
#include <opencv2/core.hpp>
#include <thread>
#include <vector>

#include "core/base/random.h"
#include "plugins/curators/local_descriptors/gaussian_mixture.h"
#include "plugins/opencv/opencv.h"
#include "plugins/rendered_faces/album.h"

namespace facet {

inline cv::Mat RandomRows(Random* random, int rows, int columns, double sigma = 1.0) {
  cv::Mat made(rows, columns, CV_32FC1);
  for (int i = 0; i < rows * columns; ++i) {
    made.ptr<float>()[i] = static_cast<float>(sigma * random->Normal());
  }
  return made;
}

// Priors, means and deviations at random; deviations of the order of the means' spread.
inline GaussianMixture RandomMixture(Random* random, int modes, int dimension) {
  GaussianMixture mixture;
  mixture.means = RandomRows(random, modes, dimension, 0.3);
  mixture.priors.create(1, modes, CV_32FC1);
  mixture.variances.create(modes, dimension, CV_32FC1);
  double sum = 0.0;
  for (int k = 0; k < modes; ++k) {
    mixture.priors.at<float>(k) = static_cast<float>(random->Uniform(0.2, 1.0));
    sum += mixture.priors.at<float>(k);
    for (int d = 0; d < dimension; ++d) {
      mixture.variances.at<float>(k, d) = static_cast<float>(random->Uniform(0.05, 0.4));
    }
  }
  mixture.priors /= sum;
  return mixture;
}

inline cv::Mat DrawFrom(const GaussianMixture& mixture, Random* random, int rows) {
  cv::Mat drawn = RandomRows(random, rows, mixture.dimension());
  for (int i = 0; i < rows; ++i) {
    int mode = 0;
    for (double rest = random->Uniform() - mixture.priors.at<float>(0);
         rest > 0.0 && mode + 1 < mixture.num_modes();) {
      rest -= mixture.priors.at<float>(++mode);
    }
    for (int d = 0; d < drawn.cols; ++d) {
      drawn.at<float>(i, d) =
          drawn.at<float>(i, d) * std::sqrt(mixture.variances.at<float>(mode, d)) +
          mixture.means.at<float>(mode, d);
    }
  }
  return drawn;
}

// A rendered face, 8UC1.
inline cv::Mat GreyFace(uint64_t seed, int width_px, int height_px) {
  FaceShot shot;
  shot.identity_seed = seed;
  shot.scene_seed = seed + 1;
  cv::Mat grey;
  cv::resize(Grey(RenderShot(shot, SceneStyle(), width_px)), grey, {width_px, height_px});
  return grey;
}

inline bool SameBits(const cv::Mat& a, const cv::Mat& b) {
  return a.size() == b.size() && a.type() == b.type() && a.isContinuous() && b.isContinuous() &&
         std::memcmp(a.data, b.data, a.total() * a.elemSize()) == 0;
}

// What `make` gives with one thread of OpenMP, with four, and on four threads at once.
inline std::vector<cv::Mat> MadeWithThreads(const std::function<cv::Mat()>& make) {
  std::vector<cv::Mat> made;
  const int before = omp_get_max_threads();
  for (const int threads : {1, 4}) {
    omp_set_num_threads(threads);
    made.push_back(make());
  }
  omp_set_num_threads(before);
  std::vector<cv::Mat> at_once(4);
  std::vector<std::thread> threads;
  for (cv::Mat& one : at_once) threads.emplace_back([&] { one = make(); });
  for (std::thread& thread : threads) thread.join();
  made.insert(made.end(), at_once.begin(), at_once.end());
  return made;
}

}  // namespace facet

#endif  // FACET_PLUGINS_CURATORS_LOCAL_DESCRIPTORS_IMAGE_DESCRIPTORS_TESTING_H_
