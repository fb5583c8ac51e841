// What the curator contract hands to curators: a manifest of some sixty images of five people with
// all that can be found in one, its image files, faces and scores.
#ifndef FACET_TESTS_CONTRACTS_CURATOR_CONTRACT_INPUT_H_
#define FACET_TESTS_CONTRACTS_CURATOR_CONTRACT_INPUT_H_

#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "core/api/curator.h"

namespace facet {

class ContractFaces final : public CurationFaces {
 public:
  void Add(int64_t image, Image face) { faces_.emplace_back(image, std::move(face)); }
  int64_t size() const override { return static_cast<int64_t>(faces_.size()); }
  int64_t image(int64_t index) const override { return faces_[static_cast<size_t>(index)].first; }
  absl::StatusOr<Image> Get(int64_t index) const override {
    return faces_[static_cast<size_t>(index)].second;
  }

 private:
  std::vector<std::pair<int64_t, Image>> faces_;
};

// Made once, in a folder of its own that goes with it.
//
// Persons 1 .. 4 have 14 images each: two wrong people, an exact and a near duplicate and one
// without a face among them, of which a run of the stage "truth" tells. Person 5 was removed by an
// earlier run, "earlier", which also removed an image of each other person; an undone run,
// "undone", removed the rest.
class CuratorContractInput {
 public:
  CuratorContractInput();
  ~CuratorContractInput();
  CuratorContractInput(const CuratorContractInput&) = delete;
  CuratorContractInput& operator=(const CuratorContractInput&) = delete;

  absl::Status status() const { return status_; }
  const std::string& folder() const { return folder_; }
  std::string manifest() const { return folder_ + "/manifest.sqlite"; }
  // The same with nothing left: "earlier" removes every person.
  std::string empty_manifest() const { return folder_ + "/nothing_left.sqlite"; }
  std::string image_folder() const { return folder_ + "/images"; }
  const ContractFaces& faces() const { return faces_; }
  const std::vector<CurationScore>& scores() const { return scores_; }

 private:
  absl::Status Make();

  std::string folder_;
  absl::Status status_;
  ContractFaces faces_;
  std::vector<CurationScore> scores_;
};

// The binary Netpbm file of an image, and the image of such a file below `folder`.
std::string PpmOf(const Image& image);
absl::StatusOr<Image> ReadPpm(const std::string& path);

}  // namespace facet

#endif  // FACET_TESTS_CONTRACTS_CURATOR_CONTRACT_INPUT_H_
