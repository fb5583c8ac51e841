#include "plugins/curators/annotation/votes.h"

#include <algorithm>

namespace facet {

using Action = AnnotationEvent::Action;

AnnotationVotes::AnnotationVotes(const std::vector<AnnotationBlock>& blocks)
    : blocks_(blocks), events_(blocks.size()), opinions_(blocks.size()) {
  for (size_t i = 0; i < blocks.size(); ++i) {
    by_digest_.emplace(blocks[i].digest, static_cast<int64_t>(i));
  }
}

void AnnotationVotes::Apply(int64_t line, const AnnotationEvent& event) {
  seconds_ += event.seconds;
  seconds_of_[event.annotator] += event.seconds;
  finished_ = event.action == Action::kFinish;
  if (finished_) return;
  const auto found = by_digest_.find(event.block);
  if (found == by_digest_.end()) {
    ++num_unused_;
    return;
  }
  const int64_t block = found->second;
  std::vector<Applied>& events = events_[static_cast<size_t>(block)];
  if (event.action == Action::kUndo) {
    for (Applied& applied : events) applied.undone |= applied.line == event.undoes;
    auto& undoable = undoable_[event.annotator];
    undoable.erase(std::remove_if(undoable.begin(), undoable.end(),
                                  [&](const Undoable& u) { return u.line == event.undoes; }),
                   undoable.end());
  } else {
    undoable_[event.annotator].push_back({line, block});
  }
  events.push_back({line, false, event});
  Recount(block, event.annotator);
}

void AnnotationVotes::Recount(int64_t block, const std::string& annotator) {
  std::set<std::string> known;
  for (const BlockImage& image : blocks_[static_cast<size_t>(block)].images) {
    known.insert(image.row.path);
  }
  BlockOpinion opinion;
  for (const Applied& applied : events_[static_cast<size_t>(block)]) {
    const AnnotationEvent& event = applied.event;
    if (event.annotator != annotator) continue;
    opinion.seconds += event.seconds;
    if (applied.undone) continue;
    if (event.action == Action::kAccept || event.action == Action::kReject) {
      opinion.accepts = event.action == Action::kAccept;
    }
    for (const std::string& path : event.images) {
      if (event.action == Action::kUnmark) {
        opinion.marked.erase(path);
      } else if (known.count(path) > 0) {
        opinion.marked.insert(path);
      }
    }
  }
  opinions_[static_cast<size_t>(block)][annotator] = opinion;
}

int64_t AnnotationVotes::NumVerdicts(int64_t block) const {
  int64_t count = 0;
  for (const auto& [annotator, opinion] : Opinions(block)) count += opinion.accepts.has_value();
  return count;
}

std::optional<bool> AnnotationVotes::Accepted(int64_t block) const {
  int64_t verdicts = 0, accepting = 0;
  for (const auto& [annotator, opinion] : Opinions(block)) {
    verdicts += opinion.accepts.has_value();
    accepting += opinion.accepts.value_or(false);
  }
  if (verdicts == 0) return std::nullopt;
  return 2 * accepting > verdicts;
}

std::set<std::string> AnnotationVotes::RemovedImages(int64_t block) const {
  std::map<std::string, int64_t> marks;
  int64_t accepting = 0;
  for (const auto& [annotator, opinion] : Opinions(block)) {
    if (!opinion.accepts.value_or(false)) continue;
    ++accepting;
    for (const std::string& path : opinion.marked) ++marks[path];
  }
  std::set<std::string> removed;
  for (const auto& [path, count] : marks) {
    if (2 * count >= accepting) removed.insert(path);
  }
  return removed;
}

double AnnotationVotes::Purity(int64_t block) const {
  const auto shown = static_cast<double>(blocks_[static_cast<size_t>(block)].images.size());
  double sum = 0;
  int64_t verdicts = 0;
  for (const auto& [annotator, opinion] : Opinions(block)) {
    if (!opinion.accepts.has_value()) continue;
    ++verdicts;
    sum += 1.0 - static_cast<double>(opinion.marked.size()) / shown;
  }
  return verdicts == 0 ? 1.0 : sum / static_cast<double>(verdicts);
}

std::optional<AnnotationVotes::Undoable> AnnotationVotes::Last(const std::string& annotator) const {
  const auto found = undoable_.find(annotator);
  if (found == undoable_.end() || found->second.empty()) return std::nullopt;
  return found->second.back();
}

Agreement AnnotationVotes::Agree() const {
  Agreement agreement;
  for (const auto& opinions : opinions_) {
    int64_t accepting = 0, rejecting = 0;
    for (const auto& [annotator, opinion] : opinions) {
      accepting += opinion.accepts == true;
      rejecting += opinion.accepts == false;
    }
    const int64_t verdicts = accepting + rejecting;
    agreement.pairs += verdicts * (verdicts - 1) / 2;
    agreement.equal += (accepting * (accepting - 1) + rejecting * (rejecting - 1)) / 2;
  }
  return agreement;
}

double AnnotationVotes::Seconds(int64_t block) const {
  double seconds = 0;
  for (const auto& [annotator, opinion] : Opinions(block)) seconds += opinion.seconds;
  return seconds;
}

double AnnotationVotes::SecondsOf(const std::string& annotator) const {
  const auto found = seconds_of_.find(annotator);
  return found == seconds_of_.end() ? 0 : found->second;
}

}  // namespace facet
