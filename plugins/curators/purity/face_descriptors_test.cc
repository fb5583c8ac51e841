// Rendered faces; against the steps done one by one.
#include "plugins/curators/purity/face_descriptors.h"

#include <filesystem>
#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "plugins/curators/local_descriptors/image_descriptors_testing.h"

namespace facet {
namespace {

constexpr int64_t kFaces = 12;

FaceDescriptorOptions Small() {
  FaceDescriptorOptions options;
  options.width_px = 40;
  options.height_px = 50;
  options.sift.step_px = 3;
  options.sift.scales = {1.0, 0.7};
  return options;
}

FaceSource Faces() {
  return {kFaces, [](int64_t row) -> absl::StatusOr<Image> {
            FaceShot shot;
            shot.identity_seed = static_cast<uint64_t>(row);
            shot.scene_seed = 1;
            return RenderShot(shot, SceneStyle(), 64);
          }};
}

bool GoOn(int64_t, int64_t) { return true; }

LocalDescriptors Drawn(int threads, uint64_t seed = 1, int64_t num_faces = 5) {
  return DrawLocalDescriptors(Faces(), Small(), 403, num_faces, seed, threads, GoOn).value();
}

FaceVocabulary Vocabulary() {
  FaceVocabularyOptions options;
  options.pca_dimension = 10;
  options.num_modes = 4;
  return TrainFaceVocabulary(Drawn(1), options).value();
}

TEST(FaceDescriptors, TakesTheCentreInTheFormAskedFor) {
  const Image face = Faces().get(0).value();  // 64 x 64: of it 51 x 64
  cv::Mat fitted;
  cv::resize(Grey(face)(cv::Rect(6, 0, 51, 64)), fitted, {40, 50}, 0, 0, cv::INTER_AREA);
  const LocalDescriptors expected = DenseSift(fitted, Small().sift).value();
  const LocalDescriptors found = LocalDescriptorsOf(face, Small()).value();
  EXPECT_TRUE(SameBits(found.sift, expected.sift));
  EXPECT_FALSE(LocalDescriptorsOf(Image(), Small()).ok());
}

TEST(FaceDescriptors, DrawsOverAllFaces) {
  const LocalDescriptors drawn = Drawn(1);
  EXPECT_EQ(drawn.sift.rows, 403);
  EXPECT_EQ(drawn.positions.rows, 403);
  EXPECT_TRUE(SameBits(drawn.sift, Drawn(3).sift));
  EXPECT_FALSE(SameBits(drawn.sift, Drawn(1, 2).sift));
  // Every descriptor is one of some face, none twice; as many from each face, and not only from
  // the first ones.
  std::vector<LocalDescriptors> all;
  for (int64_t i = 0; i < kFaces; ++i) {
    all.push_back(LocalDescriptorsOf(Faces().get(i).value(), Small()).value());
  }
  std::vector<int> from(kFaces, 0);
  for (int i = 0; i < drawn.sift.rows; ++i) {
    for (size_t face = 0; face < all.size(); ++face) {
      for (int k = 0; k < all[face].sift.rows; ++k) {
        if (SameBits(all[face].sift.row(k), drawn.sift.row(i)) &&
            SameBits(all[face].positions.row(k), drawn.positions.row(i))) {
          ++from[face];
        }
      }
    }
  }
  int faces = 0, last = 0;
  for (int i = 0; i < kFaces; ++i) {
    if (from[static_cast<size_t>(i)] == 0) continue;
    EXPECT_GE(from[static_cast<size_t>(i)], 80);  // 403 / 5
    ++faces;
    last = i;
  }
  EXPECT_EQ(faces, 5);
  EXPECT_GT(last, 5);
}

TEST(FaceDescriptors, FillsTheStoreInOrderAndGoesOn) {
  const FaceVocabulary vocabulary = Vocabulary();
  const FaceDescriber describer = FaceDescriber::Create(Small(), vocabulary).value();
  const RowProjection projection =
      TrainRowProjection(DrawFisherVectors(Faces(), describer, kFaces, 1, 2, GoOn).value(), 6, 1)
          .value();
  const FisherEncoder encoder = FisherEncoder::Create(vocabulary.mixture).value();
  cv::Mat expected;
  for (int64_t i = 0; i < kFaces; ++i) {
    const LocalDescriptors local = LocalDescriptorsOf(Faces().get(i).value(), Small()).value();
    expected.push_back(ProjectRows(projection, encoder.Encode(Project(vocabulary, local)).value()));
  }
  const std::string path = testing::TempDir() + "/face_descriptors.f32";
  std::filesystem::remove(path + ".journal");
  const auto store = RowStore::Open(path, "test", kFaces, 6).value();
  const auto stop = [](int64_t, int64_t) { return false; };
  EXPECT_EQ(DescribeFaces(Faces(), describer, &projection, 3, stop, store.get()).code(),
            absl::StatusCode::kCancelled);
  ASSERT_TRUE(store->Append(expected.rowRange(0, 5)).ok());
  ASSERT_TRUE(DescribeFaces(Faces(), describer, &projection, 3, GoOn, store.get()).ok());
  cv::Mat rows(kFaces, 6, CV_32FC1, const_cast<float*>(store->Row(0)));
  EXPECT_TRUE(SameBits(rows, expected));
}

TEST(FaceDescriptors, NamesTheFaceThatFails) {
  FaceSource faces = Faces();
  faces.get = [](int64_t row) -> absl::StatusOr<Image> {
    if (row == 7) return absl::DataLossError("torn");
    return Faces().get(row);
  };
  const auto status = DrawLocalDescriptors(faces, Small(), 100, kFaces, 1, 2, GoOn).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kDataLoss);
  EXPECT_THAT(std::string(status.message()), testing::HasSubstr("face 7"));
}

}  // namespace
}  // namespace facet
