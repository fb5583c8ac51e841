#include <algorithm>
#include <cmath>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "core/api/augmentation.h"
#include "tests/contracts/contract_checks.h"

namespace facet {
namespace {

constexpr uint64_t kVisits = 64;

// What a visit begins with.
struct VisitInput {
  int width_px, height_px, size_px;  // of the stored crop, and the network's
  InputView view;
  std::array<double, 3> mean_bgr;
  Image image;
};

// What it ends with, and the stream's next bits: how much was drawn.
struct VisitResult {
  InputView view;
  ColourMap colour = kSameColour;
  Image image;
  uint64_t next = 0;
};

bool SameView(const InputView& a, const InputView& b) {
  return a.x_px == b.x_px && a.y_px == b.y_px && a.side_px == b.side_px &&
         a.angle_rad == b.angle_rad && a.mirror == b.mirror;
}

bool SameImage(const Image& a, const Image& b) {
  return a.width == b.width && a.height == b.height && a.bgr == b.bgr;
}

bool SameResult(const VisitResult& a, const VisitResult& b) {
  return SameView(a.view, b.view) && a.colour == b.colour && SameImage(a.image, b.image) &&
         a.next == b.next;
}

bool IsUnchanged(const VisitInput& input, const VisitResult& result) {
  return SameView(input.view, result.view) && result.colour == kSameColour &&
         SameImage(input.image, result.image);
}

// Views: the central one, and one that earlier steps have turned, mirrored and put into a corner,
// in a crop of the input's size, a larger one and a small one; images: noise, grey, a pixel.
std::vector<VisitInput> VisitInputs() {
  std::vector<VisitInput> inputs;
  const auto add = [&inputs](int width_px, int height_px, int size_px, const Image& image,
                             const std::array<double, 3>& mean_bgr) {
    VisitInput input = {width_px, height_px, size_px, {}, mean_bgr, image};
    input.view.x_px = (width_px - size_px) / 2;
    input.view.y_px = (height_px - size_px) / 2;
    input.view.side_px = size_px;
    inputs.push_back(input);
    input.view.side_px = (size_px + 1) / 2;
    input.view.x_px = width_px - input.view.side_px;
    input.view.y_px = 0;
    input.view.angle_rad = 0.3;
    input.view.mirror = true;
    inputs.push_back(input);
  };
  add(24, 24, 24, NoiseImage(24, 24, 1), {120, 130, 125});
  add(57, 30, 24, NoiseImage(37, 16, 2), {20, 250, 100});
  add(30, 58, 25, GreyImage(25, 25, 200), {200, 200, 200});
  add(5, 3, 1, GreyImage(1, 1, 0), {0, 0, 0});
  add(1, 1, 1, NoiseImage(1, 1, 3), {255, 255, 255});
  return inputs;
}

// The method of the component's sort alone, as the host calls it.
VisitResult Visit(const Augmentation& step, const VisitInput& input, uint64_t seed) {
  VisitResult result;
  result.view = input.view;
  result.image = input.image;
  Random random(seed);
  switch (step.sort()) {
    case AugmentationSort::kView:
      step.Look(input.width_px, input.height_px, input.size_px, random, &result.view);
      break;
    case AugmentationSort::kColour:
      result.colour = step.Colour(input.mean_bgr, random);
      break;
    case AugmentationSort::kPixels:
      step.Change(random, &result.image);
  }
  result.next = random.Bits();
  return result;
}

using VisitResults = std::vector<std::vector<VisitResult>>;  // by input and seed

VisitResults AllVisits(const Augmentation& step, const std::vector<VisitInput>& inputs) {
  VisitResults results(inputs.size());
  for (size_t i = 0; i < inputs.size(); ++i) {
    for (uint64_t seed = 0; seed < kVisits; ++seed) {
      results[i].push_back(Visit(step, inputs[i], seed));
    }
  }
  return results;
}

bool SameForwards(const Augmentation& step, const std::vector<VisitInput>& inputs,
                  const VisitResults& results) {
  const VisitResults again = AllVisits(step, inputs);
  bool same = true;
  for (size_t i = 0; i < inputs.size(); ++i) {
    same &= std::equal(again[i].begin(), again[i].end(), results[i].begin(), &SameResult);
  }
  return same;
}

// The last visit first.
bool SameBackwards(const Augmentation& step, const std::vector<VisitInput>& inputs,
                   const VisitResults& results) {
  bool same = true;
  for (size_t i = inputs.size(); i-- > 0;) {
    for (uint64_t seed = kVisits; seed-- > 0;) {
      same &= SameResult(Visit(step, inputs[i], seed), results[i][seed]);
    }
  }
  return same;
}

bool LiesInside(const VisitInput& input, const InputView& view) {
  return view.side_px >= 1 && view.x_px >= 0 && view.y_px >= 0 &&
         view.side_px <= input.width_px - view.x_px && view.side_px <= input.height_px - view.y_px;
}

bool KeepsSize(const Image& before, const Image& after) {
  return before.width == after.width && before.height == after.height &&
         before.bgr.size() == after.bgr.size();
}

// Returns whether the results can be compared.
bool CheckResults(Contract& contract, const std::vector<VisitInput>& inputs,
                  const VisitResults& results) {
  bool inside = true, turned = true, coloured = true, sized = true, changed = false;
  for (size_t i = 0; i < inputs.size(); ++i) {
    for (const VisitResult& result : results[i]) {
      inside &= LiesInside(inputs[i], result.view);
      turned &= std::isfinite(result.view.angle_rad);
      coloured &= std::all_of(result.colour.begin(), result.colour.end(),
                              [](double factor) { return std::isfinite(factor); });
      sized &= KeepsSize(inputs[i].image, result.image);
      changed |= !IsUnchanged(inputs[i], result);
    }
  }
  contract.Expect(inside, "the view is a square of at least 1 px inside the crop");
  contract.Expect(turned, "the view's angle is finite");
  contract.Expect(coloured, "the colour map is finite");
  contract.Expect(sized, "it keeps the image's size");
  contract.Expect(changed, "some visits change something");
  return inside && turned && coloured && sized;
}

// 1 x 1 is among VisitInputs(). Stored crops are at least as large as the input, and an image that
// a step of pixels gets has pixels.
void CheckHugeImage(Contract& contract, const Augmentation& step) {
  contract.Section("huge images");
  std::vector<VisitInput> inputs = {
      {2000, 1500, 1500, {}, {100, 100, 100}, NoiseImage(2000, 1500, 4)}};
  for (Image& image : HugeImages()) {
    const int width = image.width, height = image.height;
    inputs.push_back(
        {width, height, std::min(width, height), {}, {100, 100, 100}, std::move(image)});
  }
  for (VisitInput& huge : inputs) {
    huge.view.x_px = (huge.width_px - huge.size_px) / 2;
    huge.view.y_px = (huge.height_px - huge.size_px) / 2;
    huge.view.side_px = huge.size_px;
    for (uint64_t seed = 0; seed < 2; ++seed) {
      const VisitResult result = Visit(step, huge, seed);
      contract.Expect(LiesInside(huge, result.view) && KeepsSize(huge.image, result.image),
                      "a large image is one like any other");
    }
  }
}

void CheckOtherSorts(Contract& contract, const Augmentation& step,
                     const std::vector<VisitInput>& inputs) {
  bool same = true;
  for (const VisitInput& input : inputs) {
    for (uint64_t seed = 0; seed < kVisits; ++seed) {
      VisitResult result;
      result.view = input.view;
      result.image = input.image;
      Random random(seed);
      const AugmentationSort sort = step.sort();
      if (sort != AugmentationSort::kView) {
        step.Look(input.width_px, input.height_px, input.size_px, random, &result.view);
      }
      if (sort != AugmentationSort::kColour) result.colour = step.Colour(input.mean_bgr, random);
      if (sort != AugmentationSort::kPixels) step.Change(random, &result.image);
      same &= IsUnchanged(input, result);
    }
  }
  contract.Expect(same, "the methods of other sorts change nothing");
}

void CheckSwitchedOff(Contract& contract, const std::vector<VisitInput>& inputs) {
  contract.Section("switched off");
  if (!contract.Expect(contract.HasOption("probability"), "it has the option probability")) return;
  for (const std::string option : {"probability", "strength", "angle_rad"}) {
    if (!contract.HasOption(option)) continue;
    const auto off = contract.MakeWith<Augmentation>("{\"" + option + "\": 0}");
    if (off == nullptr) continue;
    bool same = true, silent = true;
    for (size_t i = 0; i < inputs.size(); ++i) {
      for (uint64_t seed = 0; seed < kVisits; ++seed) {
        const VisitResult result = Visit(*off, inputs[i], seed);
        same &= IsUnchanged(inputs[i], result);
        silent &= result.next == Random(seed).Bits();
      }
    }
    contract.Expect(same, "where " + option + " is 0 it changes nothing");
    if (option == "probability") contract.Expect(silent, "where probability is 0 it draws nothing");
  }
}

// Forwards in one thread, backwards in another: at most once the same visit at a time.
void CheckThreads(Contract& contract, const Augmentation& step,
                  const std::vector<VisitInput>& inputs, const VisitResults& results) {
  contract.Section("two threads");
  bool forwards = false;
  std::thread other([&] { forwards = SameForwards(step, inputs, results); });
  const bool backwards = SameBackwards(step, inputs, results);
  other.join();
  contract.Expect(forwards && backwards, "two threads get what one gets");
}

}  // namespace

void CheckAugmentation(Contract& contract) {
  contract.Plan({"what it changes", "determinism", "order independence", "two threads",
                 "switched off", "huge images"});
  const auto first = contract.Make<Augmentation>();
  if (first == nullptr) return;
  contract.Section("what it changes");
  const std::vector<VisitInput> inputs = VisitInputs();
  CheckOtherSorts(contract, *first, inputs);
  const VisitResults results = AllVisits(*first, inputs);
  if (!CheckResults(contract, inputs, results)) return;
  CheckHugeImage(contract, *first);
  contract.Section("determinism");
  contract.Expect(SameForwards(*contract.Make<Augmentation>(), inputs, results),
                  "two instances do the same for equal seeds");
  contract.Section("order independence");
  if (contract.Expect(SameBackwards(*first, inputs, results), "earlier visits change nothing")) {
    CheckThreads(contract, *first, inputs, results);
  }
  CheckSwitchedOff(contract, inputs);
}

}  // namespace facet
