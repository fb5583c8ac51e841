#include <algorithm>
#include <set>
#include <string>
#include <vector>

#include "core/api/sampler.h"
#include "core/base/random.h"
#include "tests/contracts/contract_checks.h"

namespace facet {
namespace {

struct Images {
  std::vector<int64_t> labels;
  int64_t batch;
};

// 7 identities with 2 to 3 times as many images as may stand together, and one image of another; at
// the end of an epoch some are left.
Images Plenty(int64_t together) {
  Images images = {{0}, together == 1 ? 8 : 2 * together};
  for (int64_t identity = 1; identity <= 7; ++identity) {
    images.labels.insert(images.labels.end(), static_cast<size_t>(2 * together + identity - 1),
                         identity);
  }
  return images;
}

Images WithGapsInAnyOrder(Images images) {
  for (int64_t& label : images.labels) label = 5 + 37 * label * label;
  Random(5).Shuffle(images.labels);
  return images;
}

bool StandTogether(const Images& images, const std::vector<int64_t>& order, int64_t together) {
  const auto size = static_cast<int64_t>(order.size());
  const auto label = [&](int64_t i) {
    return images.labels[static_cast<size_t>(order[static_cast<size_t>(i)])];
  };
  for (int64_t batch = 0; batch < size; batch += images.batch) {
    const int64_t end = std::min(size, batch + images.batch);
    for (int64_t group = batch; group + together <= end; group += together) {
      for (int64_t i = group; i < group + together; ++i) {
        if (label(i) != label(group)) return false;
      }
    }
  }
  return true;
}

void CheckOrder(Contract& contract, const Sampler& sampler, const Images& images,
                const std::vector<int64_t>& order, const std::string& where) {
  const auto count = static_cast<int64_t>(images.labels.size());
  const bool in_range =
      std::all_of(order.begin(), order.end(), [count](int64_t i) { return i >= 0 && i < count; });
  if (!contract.Expect(in_range, where + ": an epoch is of indices of images")) return;
  const int64_t least = count < images.batch ? 1 : NumBatches(count, images.batch) * images.batch;
  contract.Expect(static_cast<int64_t>(order.size()) >= least,
                  where + ": an epoch fills as many batches as there are");
  if (!sampler.repeats()) {
    const std::set<int64_t> different(order.begin(), order.end());
    contract.Expect(different.size() == order.size(),
                    where + ": no image comes twice, as repeats() says");
    contract.Expect(static_cast<int64_t>(different.size()) == count,
                    where + ": every image comes, as repeats() says");
  }
  contract.Expect(StandTogether(images, order, sampler.images_together()),
                  where + ": images of one identity stand together, as images_together() says");
}

void CheckEpoch(Contract& contract, const Sampler& sampler, const Images& images,
                const std::string& where) {
  const std::vector<int64_t> labels = images.labels;
  const std::vector<int64_t> order = sampler.Epoch(labels, images.batch, 3);
  contract.Expect(labels == images.labels, where + ": it leaves the labels as they are");
  CheckOrder(contract, sampler, images, order, where);
}

void CheckSeeds(Contract& contract, const Sampler& sampler, const Images& images) {
  contract.Section("determinism");
  const auto order = [&images](const Sampler& each, uint64_t seed) {
    return each.Epoch(images.labels, images.batch, seed);
  };
  const std::vector<int64_t> first = order(sampler, 3);
  contract.Expect(order(*contract.Make<Sampler>(), 3) == first, "equal seeds give equal epochs");
  contract.Expect(order(sampler, 4) != first, "another seed gives another epoch");
  contract.Section("order independence");
  contract.Expect(order(sampler, 3) == first, "earlier epochs change nothing");
}

// What one sampler cannot do another can: it says so, or does it.
void CheckHard(Contract& contract, const Sampler& sampler, const Images& images,
               const std::string& where) {
  const absl::Status can = sampler.Check(images.labels, images.batch);
  if (can.ok()) {
    CheckEpoch(contract, sampler, images, where);
  } else {
    contract.Expect(can.code() == absl::StatusCode::kInvalidArgument && can.message().size() >= 10,
                    where + ": a refusal is an InvalidArgument that says why");
  }
}

}  // namespace

void CheckSampler(Contract& contract) {
  contract.Plan({"index validity", "determinism", "order independence", "odd data sets"});
  const auto sampler = contract.Make<Sampler>();
  if (sampler == nullptr) return;
  contract.Section("index validity");
  if (!contract.Expect(sampler->images_together() >= 1, "images_together() is at least 1")) return;
  const Images plenty = Plenty(sampler->images_together());
  if (!contract.ExpectOk(sampler->Check(plenty.labels, plenty.batch),
                         "it takes plenty of images")) {
    return;
  }
  CheckEpoch(contract, *sampler, plenty, "plenty of images");
  CheckSeeds(contract, *sampler, plenty);
  contract.Section("odd data sets");
  CheckHard(contract, *sampler, WithGapsInAnyOrder(plenty), "labels with gaps in any order");
  CheckHard(contract, *sampler, {{4, 9, 4, 9}, plenty.batch}, "fewer images than a batch");
  CheckHard(contract, *sampler, {plenty.labels, 13}, "a batch of 13");
  CheckHard(contract, *sampler, {plenty.labels, 1}, "a batch of 1");
  CheckHard(contract, *sampler, {std::vector<int64_t>(20, 7), plenty.batch}, "one identity");
  CheckHard(contract, *sampler, {{7}, plenty.batch}, "one image");
  std::vector<int64_t> different;
  for (int64_t i = 0; i < 20; ++i) different.push_back(i);
  CheckHard(contract, *sampler, {different, plenty.batch}, "no two images of anyone");
}

}  // namespace facet
