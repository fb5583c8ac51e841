#include <cmath>
#include <set>
#include <thread>
#include <vector>

#include "core/api/dataset.h"
#include "tests/contracts/contract_checks.h"

namespace facet {
namespace {

void CheckSamples(Contract& contract, const DatasetContents& contents) {
  contract.Section("samples");
  std::set<std::string> keys;
  const Protocol& protocol = contents.protocol;
  for (const Sample& sample : contents.samples) {
    contract.Expect(!sample.key.empty() && keys.insert(sample.key).second,
                    "sample keys are unique");
    contract.Expect(!sample.path.empty() || sample.render >= 0,
                    "a sample has a file or is rendered");
    contract.Expect(sample.path.empty() || sample.path[0] != '/', "paths are relative to root()");
    if (sample.box.has_value()) {
      const Box& box = *sample.box;
      contract.Expect(
          std::isfinite(box.x + box.y + box.width + box.height) && box.width > 0 && box.height > 0,
          "boxes are finite and not empty");
    }
    contract.Expect(
        sample.landmarks.points.size() == static_cast<size_t>(NumPoints(sample.landmarks.scheme)),
        "landmarks have as many points as their scheme");
    for (const Point& point : sample.landmarks.points) {
      contract.Expect(std::isfinite(point.x + point.y), "landmarks are finite");
    }
    contract.Expect(sample.fold >= -1 && (protocol.kind == Protocol::Kind::kNone ||
                                          sample.fold < protocol.num_folds),
                    "a sample's fold is -1 or one of the protocol's");
    if (contract.broken().size() > 10) return;
  }
}

void CheckFolds(Contract& contract, const Protocol& protocol) {
  if (protocol.kind == Protocol::Kind::kNone) {
    contract.Expect(protocol.pairs.empty(), "pairs belong to a protocol");
    return;
  }
  contract.Expect(
      protocol.kind == Protocol::Kind::kSplit ? protocol.num_folds == 2 : protocol.num_folds >= 2,
      "a split has two folds, cross-validation at least two");
  std::set<int64_t> folds;
  for (const Pair& pair : protocol.pairs) folds.insert(pair.fold);
  contract.Expect(static_cast<int64_t>(folds.size()) == protocol.num_folds, "every fold has pairs");
}

void CheckProtocol(Contract& contract, const DatasetContents& contents) {
  contract.Section("index validity of the protocol");
  const Protocol& protocol = contents.protocol;
  const auto num_samples = static_cast<int64_t>(contents.samples.size());
  const auto num_templates = static_cast<int64_t>(protocol.templates.size());
  for (const Template& one : protocol.templates) {
    contract.Expect(!one.samples.empty(), "templates have samples");
    for (const int64_t sample : one.samples) {
      contract.Expect(sample >= 0 && sample < num_samples, "templates name existing samples");
    }
  }
  for (const Pair& pair : protocol.pairs) {
    contract.Expect(pair.first >= 0 && pair.first < num_templates && pair.second >= 0 &&
                        pair.second < num_templates && pair.first != pair.second,
                    "pairs name two templates");
    contract.Expect(pair.fold >= 0 && pair.fold < protocol.num_folds, "pairs lie in a fold");
    if (contract.broken().size() > 10) return;
  }
  CheckFolds(contract, protocol);
}

bool SameSamples(const DatasetContents& a, const DatasetContents& b) {
  if (a.samples.size() != b.samples.size()) return false;
  for (size_t i = 0; i < a.samples.size(); ++i) {
    const Sample &one = a.samples[i], &other = b.samples[i];
    if (one.key != other.key || one.identity != other.identity || one.path != other.path ||
        one.render != other.render || one.fold != other.fold) {
      return false;
    }
  }
  return true;
}

bool SameProtocol(const Protocol& a, const Protocol& b) {
  if (a.kind != b.kind || a.pairs.size() != b.pairs.size() ||
      a.templates.size() != b.templates.size()) {
    return false;
  }
  for (size_t i = 0; i < a.templates.size(); ++i) {
    if (a.templates[i].samples != b.templates[i].samples) return false;
  }
  for (size_t i = 0; i < a.pairs.size(); ++i) {
    const Pair &one = a.pairs[i], &other = b.pairs[i];
    if (one.first != other.first || one.second != other.second || one.genuine != other.genuine ||
        one.fold != other.fold) {
      return false;
    }
  }
  return true;
}

bool SameImages(const absl::StatusOr<Image>& a, const absl::StatusOr<Image>& b) {
  return a.ok() && b.ok() && a->width == b->width && a->height == b->height && a->bgr == b->bgr;
}

// The first samples without a file: alone, by another instance, backwards, and from two threads.
void CheckRendering(Contract& contract, const DatasetContents& contents, const Dataset& first,
                    const Dataset& second) {
  contract.Section("rendering");
  std::vector<int64_t> renders;
  for (size_t i = 0; i < contents.samples.size() && renders.size() < 3; ++i) {
    if (contents.samples[i].path.empty()) renders.push_back(contents.samples[i].render);
  }
  if (renders.empty()) return contract.NotChecked("its samples have files");
  std::vector<absl::StatusOr<Image>> images;
  for (const int64_t render : renders) {
    images.push_back(first.Render(render));
    if (!contract.Expect(SameImages(images.back(), second.Render(render)),
                         "rendering a sample gives the same pixels each time")) {
      return;
    }
  }
  const auto same_backwards = [&] {
    bool same = true;
    for (size_t i = renders.size(); i-- > 0;)
      same &= SameImages(images[i], first.Render(renders[i]));
    return same;
  };
  contract.Expect(same_backwards(), "the order in which samples are rendered changes no pixel");
  bool other_same = false;
  std::thread other([&] { other_same = same_backwards(); });
  const bool same = same_backwards();
  other.join();
  contract.Expect(same && other_same, "two threads render what one renders");
}

}  // namespace

void CheckDataset(Contract& contract) {
  contract.Plan(
      {"loading", "samples", "index validity of the protocol", "determinism", "rendering"});
  const auto first = contract.Make<Dataset>();
  if (first == nullptr) return;
  contract.Section("loading");
  const auto contents = first->Load();
  if (!contents.ok()) {
    contract.NeedsInputs(std::string(contents.status().message()));
    contract.Expect(
        contents.status().code() != absl::StatusCode::kInternal &&
            contents.status().message().size() >= 10,
        absl::StrCat("without its files it says what is missing: ", contents.status().message()));
    return;
  }
  contract.Expect(!contents->samples.empty(), "it has samples, or says why not");
  CheckSamples(contract, *contents);
  CheckProtocol(contract, *contents);
  contract.Section("determinism");
  const auto second = contract.Make<Dataset>();
  const auto again = second->Load();
  if (!contract.ExpectOk(again.status(), "a second instance loads too")) return;
  contract.Expect(SameSamples(*contents, *again),
                  "two instances load the same samples in the same order");
  contract.Expect(SameProtocol(contents->protocol, again->protocol),
                  "two instances load the same protocol");
  CheckRendering(contract, *contents, *first, *second);
}

}  // namespace facet
