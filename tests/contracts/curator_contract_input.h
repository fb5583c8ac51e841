// What the curator contract hands to curators: a manifest of some sixty images of five people with
// all that can be found in one, its image files, faces and scores.
#ifndef FACET_TESTS_CONTRACTS_CURATOR_CONTRACT_INPUT_H_
#define FACET_TESTS_CONTRACTS_CURATOR_CONTRACT_INPUT_H_

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "core/api/curator.h"
#include "plugins/curators/stage/faces_in_memory.h"

namespace facet {

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
  const FacesInMemory& faces() const { return faces_; }
  const std::vector<CurationScore>& scores() const { return scores_; }

 private:
  absl::Status Make();

  std::string folder_;
  absl::Status status_;
  FacesInMemory faces_;
  std::vector<CurationScore> scores_;
};

}  // namespace facet

#endif  // FACET_TESTS_CONTRACTS_CURATOR_CONTRACT_INPUT_H_
