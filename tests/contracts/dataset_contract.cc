#include <set>

#include "core/api/dataset.h"
#include "tests/contracts/contract_checks.h"

namespace facet {
namespace {

void CheckSamples(Contract& contract, const DatasetContents& contents) {
  std::set<std::string> keys;
  for (const Sample& sample : contents.samples) {
    contract.Expect(!sample.key.empty() && keys.insert(sample.key).second,
                    "sample keys are unique");
    contract.Expect(!sample.path.empty() || sample.render >= 0,
                    "a sample has a file or is rendered");
    contract.Expect(sample.path.empty() || sample.path[0] != '/', "paths are relative to root()");
    if (contract.broken().size() > 10) return;
  }
}

void CheckProtocol(Contract& contract, const DatasetContents& contents) {
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
}

}  // namespace

void CheckDataset(Contract& contract) {
  const auto first = contract.Make<Dataset>();
  if (first == nullptr) return;
  const auto contents = first->Load();
  if (!contents.ok()) {
    contract.Expect(
        contents.status().code() != absl::StatusCode::kInternal &&
            contents.status().message().size() >= 10,
        absl::StrCat("without its files it says what is missing: ", contents.status().message()));
    return;
  }
  CheckSamples(contract, *contents);
  CheckProtocol(contract, *contents);
  const auto second = contract.Make<Dataset>();
  const auto again = second->Load();
  if (!contract.ExpectOk(again.status(), "a second instance loads too")) return;
  contract.Expect(again->samples.size() == contents->samples.size(), "two instances load the same");
  for (size_t i = 0; i < contents->samples.size() && i < 3; ++i) {
    const Sample& sample = contents->samples[i];
    contract.Expect(again->samples[i].key == sample.key, "the order of samples is fixed");
    if (!sample.path.empty()) continue;
    const auto image = first->Render(sample.render);
    const auto image_again = second->Render(sample.render);
    contract.Expect(image.ok() && image_again.ok() && image->bgr == image_again->bgr,
                    "rendering a sample gives the same pixels each time");
  }
}

}  // namespace facet
