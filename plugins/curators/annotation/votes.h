// What annotators think of each block: the events of a log (annotation_log.h), applied in order.
//
// Each annotator has an opinion of a block: images marked as wrong, and a verdict. All opinions are
// kept. A block is accepted if more of its verdicts accept it than reject it, so a tie rejects. In
// an accepted block, an image is removed that at least half of those who accepted it have marked.
// An undo takes one earlier event of the same annotator back, whichever came after it.
#ifndef FACET_PLUGINS_CURATORS_ANNOTATION_VOTES_H_
#define FACET_PLUGINS_CURATORS_ANNOTATION_VOTES_H_

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <unordered_map>
#include <vector>

#include "plugins/curators/annotation/annotation.h"
#include "plugins/curators/annotation/blocks.h"
#include "plugins/curators/annotation/log.h"

namespace facet {

struct BlockOpinion {
  std::optional<bool> accepts;   // nothing: no verdict yet
  std::set<std::string> marked;  // paths
  double seconds = 0;            // of work on this block, undone decisions included
};

class AnnotationVotes {
 public:
  // `blocks` must outlive it.
  explicit AnnotationVotes(const std::vector<AnnotationBlock>& blocks);

  // `line` from 1, in order. An event of a block that is not among `blocks`, or of an image that
  // is not in it, is counted and has no effect.
  void Apply(int64_t line, const AnnotationEvent& event);

  // By annotator, those who did something with the block.
  const std::map<std::string, BlockOpinion>& Opinions(int64_t block) const {
    return opinions_[static_cast<size_t>(block)];
  }
  int64_t NumVerdicts(int64_t block) const;
  // Nothing: no verdict.
  std::optional<bool> Accepted(int64_t block) const;
  std::set<std::string> RemovedImages(int64_t block) const;  // of an accepted one
  // Mean share of images not marked, of those who gave a verdict; 1 without one.
  double Purity(int64_t block) const;

  // The annotator's last event that an undo would take back.
  struct Undoable {
    int64_t line = 0;
    int64_t block = 0;
  };
  std::optional<Undoable> Last(const std::string& annotator) const;

  Agreement Agree() const;
  double Seconds(int64_t block) const;         // of all annotators
  double seconds() const { return seconds_; }  // of all events, whatever their block
  double SecondsOf(const std::string& annotator) const;
  int64_t num_unused() const { return num_unused_; }  // events
  bool finished() const { return finished_; }         // the last line says so

 private:
  struct Applied {
    int64_t line;
    bool undone;
    AnnotationEvent event;
  };
  void Recount(int64_t block, const std::string& annotator);

  const std::vector<AnnotationBlock>& blocks_;
  std::unordered_map<std::string, int64_t> by_digest_;
  std::vector<std::vector<Applied>> events_;  // by block
  std::vector<std::map<std::string, BlockOpinion>> opinions_;
  std::map<std::string, std::vector<Undoable>> undoable_;  // by annotator, in order
  std::map<std::string, double> seconds_of_;
  double seconds_ = 0;
  int64_t num_unused_ = 0;
  bool finished_ = false;
};

}  // namespace facet

#endif  // FACET_PLUGINS_CURATORS_ANNOTATION_VOTES_H_
