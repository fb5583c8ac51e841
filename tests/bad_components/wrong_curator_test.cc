// The contract refuses each wrong curator, with the sentence that it breaks, and no right one.
#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/bad_components/broken_sentences.h"

namespace facet {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::StartsWith;

// The sentences that `name` breaks, each once.
std::vector<std::string> BrokenBy(const std::string& name) {
  std::vector<std::string> broken = BrokenSentences("curator", name);
  broken.erase(std::unique(broken.begin(), broken.end()), broken.end());
  return broken;
}

TEST(WrongCurator, RightOnesAreNotRefused) {
  EXPECT_THAT(BrokenBy("good"), IsEmpty());
  EXPECT_THAT(BrokenBy("beginner"), IsEmpty());
  EXPECT_THAT(BrokenBy("needs_files"), IsEmpty());
}

TEST(WrongCurator, EachBreaksItsSentenceAlone) {
  const std::vector<std::pair<const char*, const char*>> expected = {
      {"no_cure", "without a manifest it begins a chain, or refuses and names curation.from: "},
      {"nothing_left", "with no image left it finishes or says why not: index out of range"},
      {"deletes_rows", "no row of scores is deleted"},
      {"undoes_a_run", "no row of runs is changed"},
      {"forgets_facts", "no row of images is changed"},
      {"widens_snapshot", "snapshots of earlier stages stay as they are"},
      {"two_runs", "it adds one run"},
      {"other_name", "its run bears its name"},
      {"removes_again", "it removes only images that it was given"},
      {"keeps_the_removed", "the image kept instead of a removed one is kept"},
      {"scores_the_removed", "it scores only images that it was given"},
      {"removes_as_truth", "the truth removes nothing"},
      {"no_snapshot", "a snapshot names all finished runs but the truth"},
      {"makes_no_images", "the images left are in the image folder"},
      {"not_frozen", "it leaves a frozen manifest: "},
      {"own_metrics_first", "its metrics begin with those of SummariseRun()"},
      {"no_number", "metrics are finite"},
      {"no_unit", "metrics have name and unit"},
      {"same_names", "names of metrics are unique"},
      {"ragged_curve", "curves have a name and as many x as y"},
      {"one_edge_short", "histograms have name, label and one edge more than counts"},
      {"empty_bin", "edges of histograms are finite and ascend"},
      {"negative_count", "counts of histograms are not negative"},
      {"long_sheet", "contact sheets have a title and at most 48 cells"},
      {"sheet_of_no_file", "contact sheets show files below the image folder"},
      {"counts_its_calls", "equal inputs give equal manifests"},
      {"counts_its_threads", "one thread and three give equal manifests"},
      {"does_not_stop", "told to stop, it returns CancelledError"},
      {"stops_too_late", "a stop leaves no manifest"},
      {"goes_on_wrongly", "after a stop it goes on to the manifest that it makes without one"},
      {"writes_images", "its input stays as it is"},
      {"progress_from_anywhere", "progress comes from one thread"},
      {"progress_of_nothing", "progress has a unit"},
  };
  for (const auto& [name, sentence] : expected) {
    EXPECT_THAT(BrokenBy(name), ElementsAre(StartsWith(sentence))) << name;
  }
}

}  // namespace
}  // namespace facet
