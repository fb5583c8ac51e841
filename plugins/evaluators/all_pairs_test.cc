// Against counting all pairs, where all are kept and where a product of matrices leaves most out.
#include "plugins/evaluators/all_pairs.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <utility>
#include <vector>

#include "core/base/random.h"
#include "gtest/gtest.h"
#include "plugins/evaluators/person_bootstrap.h"
#include "plugins/evaluators/resampling.h"

namespace facet {
namespace {

struct Faces {
  std::vector<int32_t> people;  // every 50th is not known
  int64_t num_people = 0;
  std::vector<float> values;
  Protocol protocol;
  int64_t columns = 0;

  TemplateRows Rows(bool cosine) const {
    const MatrixView matrix = {static_cast<int64_t>(people.size()), columns, values.data()};
    return *TemplateRows::Make(matrix, protocol, cosine, false);
  }
};

// `offset` makes the sums of products large beside their differences; `levels` makes ties.
Faces MakeFaces(int64_t count, int64_t num_people, int64_t columns, double offset, double levels) {
  Faces faces;
  Random random(7);
  faces.num_people = num_people;
  faces.columns = columns;
  std::vector<double> centres;
  for (int64_t i = 0; i < num_people * columns; ++i) centres.push_back(random.Normal());
  for (int64_t i = 0; i < count; ++i) {
    const auto person = static_cast<int64_t>(random.Index(static_cast<uint64_t>(num_people)));
    faces.people.push_back(i % 50 == 0 ? -1 : static_cast<int32_t>(person));
    faces.protocol.templates.push_back({"", {i}});
    for (int64_t d = 0; d < columns; ++d) {
      const double value =
          centres[static_cast<size_t>(person * columns + d)] + 1.2 * random.Normal();
      faces.values.push_back(
          static_cast<float>(levels > 0 ? std::round(value * levels) / levels : value + offset));
    }
  }
  return faces;
}

struct Counted {
  std::vector<std::pair<float, uint32_t>> genuine;  // distance, person
  struct Impostor {
    float distance;
    uint32_t first, second;
  };
  std::vector<Impostor> impostor;

  Counted(const Faces& faces, const TemplateRows& rows) {
    std::vector<uint32_t> others;
    std::vector<float> distances;
    for (uint32_t i = 0; i < faces.people.size(); ++i) {
      if (faces.people[i] < 0) continue;
      others.clear();
      for (uint32_t j = i + 1; j < faces.people.size(); ++j) {
        if (faces.people[j] >= 0) others.push_back(j);
      }
      distances.resize(others.size());
      rows.Distances(i, others.data(), others.size(), distances.data());
      const auto first = static_cast<uint32_t>(faces.people[i]);
      for (size_t k = 0; k < others.size(); ++k) {
        const auto second = static_cast<uint32_t>(faces.people[others[k]]);
        if (first == second) {
          genuine.emplace_back(distances[k], first);
        } else {
          impostor.push_back({distances[k], first, second});
        }
      }
    }
    std::sort(genuine.begin(), genuine.end());
    std::sort(impostor.begin(), impostor.end(),
              [](const Impostor& a, const Impostor& b) { return a.distance < b.distance; });
  }

  // From the definition: thresholds are impostor distances, at and above which all are rejected.
  double Tar(double far, const std::vector<double>& copies) const {
    const auto of = [&copies](uint32_t person) { return copies.empty() ? 1.0 : copies[person]; };
    double all_genuine = 0, all_impostor = 0;
    for (const auto& pair : genuine) all_genuine += of(pair.second);
    for (const Impostor& pair : impostor) all_impostor += of(pair.first) * of(pair.second);
    float threshold = INFINITY;
    double wrong = 0;
    for (size_t i = 0; i < impostor.size(); ++i) {
      wrong += of(impostor[i].first) * of(impostor[i].second);
      if (wrong <= far * all_impostor * (1 + 1e-12)) continue;
      threshold = impostor[i].distance;
      break;
    }
    double right = 0;
    for (const auto& pair : genuine) right += pair.first < threshold ? of(pair.second) : 0.0;
    return right / all_genuine;
  }
};

void ExpectCounted(const Faces& faces, bool cosine, double share) {
  const TemplateRows rows = faces.Rows(cosine);
  const Counted counted(faces, rows);
  for (const char* const threads : {"1", "3"}) {
    setenv("OMP_NUM_THREADS", threads, 1);
    const PersonPairs pairs = ScoreAllPairs(rows, faces.people, faces.num_people, share);
    ASSERT_EQ(pairs.num_genuine(), static_cast<int64_t>(counted.genuine.size()));
    ASSERT_EQ(pairs.num_impostor(), static_cast<int64_t>(counted.impostor.size()));
    const std::vector<double> fars = {1e-2, 1e-4, 1e-3};
    const auto rates = pairs.TrueAcceptRates(fars);
    ASSERT_TRUE(rates.has_value());
    for (size_t i = 0; i < fars.size(); ++i) EXPECT_EQ((*rates)[i], counted.Tar(fars[i], {}));
    std::vector<float> impostors;
    for (const auto& pair : counted.impostor) impostors.push_back(pair.distance);
    const std::vector<RocPoint> roc = pairs.Roc();
    const std::vector<size_t> thresholds = CurveThresholds(counted.genuine.size());
    ASSERT_EQ(roc.size(), thresholds.size());
    for (size_t i = 0; i < roc.size(); ++i) {
      const float threshold = counted.genuine[thresholds[i]].first;
      const auto wrong =
          std::upper_bound(impostors.begin(), impostors.end(), threshold) - impostors.begin();
      EXPECT_EQ(roc[i].far, static_cast<double>(wrong) / static_cast<double>(impostors.size()));
    }
    const auto drawn = pairs.Bootstrap(fars, 20, 3);
    ASSERT_TRUE(drawn.ok()) << drawn.status();
    ASSERT_TRUE(drawn->has_value());
    size_t draw = 0;
    ASSERT_TRUE(Resample({"people", faces.num_people, 2, 3}, kBothKinds,
                         [&](const std::vector<double>& copies) {
                           for (size_t i = 0; i < fars.size(); ++i) {
                             EXPECT_EQ((**drawn)[draw][i], counted.Tar(fars[i], copies));
                           }
                           ++draw;
                           return true;
                         })
                    .ok());
  }
  unsetenv("OMP_NUM_THREADS");
}

TEST(AllPairs, FewAreAllKept) { ExpectCounted(MakeFaces(300, 40, 20, 0, 0), true, 0.0125); }

TEST(AllPairs, OfManyTheNearestAreKeptByCosine) {
  ExpectCounted(MakeFaces(2200, 300, 20, 0, 0), true, 0.0125);
}

// Beside their offset the rows' differences are small: products say little, and most is measured.
TEST(AllPairs, OfManyTheNearestAreKeptByL2FarFromTheOrigin) {
  ExpectCounted(MakeFaces(2200, 300, 20, 100, 0), false, 0.0125);
}

TEST(AllPairs, EqualDistancesAreKeptAndCountedTogether) {
  ExpectCounted(MakeFaces(2200, 300, 4, 0, 1), false, 0.0125);
}

TEST(AllPairs, RatesBeyondWhatIsKeptAreRefused) {
  const Faces faces = MakeFaces(2200, 300, 20, 0, 0);
  const PersonPairs pairs = ScoreAllPairs(faces.Rows(true), faces.people, 300, 0.0125);
  EXPECT_FALSE(pairs.TrueAcceptRates({0.9}).has_value());
  const auto drawn = pairs.Bootstrap({0.9}, 10, 1);
  ASSERT_TRUE(drawn.ok()) << drawn.status();
  EXPECT_FALSE(drawn->has_value());
  const PersonPairs all = ScoreAllPairs(faces.Rows(true), faces.people, 300, 1.0);
  EXPECT_TRUE(all.TrueAcceptRates({0.9}).has_value());
}

TEST(AllPairs, PeopleOfOneTemplateHaveNoGenuinePair) {
  Faces faces = MakeFaces(20, 40, 8, 0, 0);
  for (size_t i = 0; i < 20; ++i) faces.people[i] = static_cast<int32_t>(i);
  const PersonPairs pairs = ScoreAllPairs(faces.Rows(true), faces.people, 40, 0.1);
  EXPECT_EQ(pairs.num_genuine(), 0);
  EXPECT_EQ(pairs.num_impostor(), 190);
}

}  // namespace
}  // namespace facet
