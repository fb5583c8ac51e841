#include "plugins/curators/annotation/desk.h"

#include <algorithm>
#include <chrono>
#include <cmath>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "core/base/status.h"
#include "core/base/utf8.h"
#include "plugins/lists/words.h"

namespace facet {
namespace {

using Action = AnnotationEvent::Action;
using Lock = std::lock_guard<std::mutex>;

double SteadySeconds() {
  return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

AnnotationDeskOptions WithClock(AnnotationDeskOptions options) {
  if (!options.clock) options.clock = SteadySeconds;
  return options;
}

}  // namespace

AnnotationDesk::AnnotationDesk(const std::vector<AnnotationBlock>& blocks,
                               std::unique_ptr<AnnotationLog> log, AnnotationDeskOptions options)
    : blocks_(blocks),
      options_(WithClock(std::move(options))),
      log_(std::move(log)),
      votes_(blocks) {
  for (size_t i = 0; i < log_->events().size(); ++i) {
    votes_.Apply(static_cast<int64_t>(i) + 1, log_->events()[i]);
  }
}

absl::StatusOr<std::unique_ptr<AnnotationDesk>> AnnotationDesk::Open(
    const std::vector<AnnotationBlock>& blocks, const std::string& decisions,
    const AnnotationDeskOptions& options) {
  FACET_ASSIGN_OR_RETURN(std::unique_ptr<AnnotationLog> log, AnnotationLog::Open(decisions));
  return std::unique_ptr<AnnotationDesk>(new AnnotationDesk(blocks, std::move(log), options));
}

absl::StatusOr<std::string> AnnotationDesk::CheckName(const std::string& name) {
  const std::string trimmed(absl::StripAsciiWhitespace(name));
  int64_t characters = 0;
  bool control = false;
  for (const char c : trimmed) {
    characters += (static_cast<unsigned char>(c) & 0xc0) != 0x80;
    control |= absl::ascii_iscntrl(static_cast<unsigned char>(c));
  }
  if (characters >= 1 && characters <= 40 && !control && IsUtf8(trimmed)) return trimmed;
  return absl::InvalidArgumentError(
      "an annotator's name has 1 to 40 characters without control characters");
}

absl::Status AnnotationDesk::Arrive(const std::string& annotator, int64_t block) {
  FACET_ASSIGN_OR_RETURN(const std::string name, CheckName(annotator));
  if (name != annotator) return absl::InvalidArgumentError("the name has blanks around it");
  if (block < 0 || block >= static_cast<int64_t>(blocks_.size())) {
    return absl::InvalidArgumentError(
        absl::StrCat("no block ", block, ": they are numbered from 0 to ", blocks_.size() - 1));
  }
  const double now = options_.clock();
  const auto [person, is_new] = people_.try_emplace(annotator, Person{now, 0});
  person->second.unlogged += std::min(now - person->second.last_seen, options_.idle_seconds);
  person->second.last_seen = now;
  return absl::OkStatus();
}

std::string AnnotationDesk::HolderBut(const std::string& annotator, int64_t block) const {
  const auto found = leases_.find(block);
  if (found == leases_.end() || found->second.until < options_.clock()) return "";
  return found->second.annotator == annotator ? "" : found->second.annotator;
}

void AnnotationDesk::Take(const std::string& annotator, int64_t block) {
  if (!HolderBut(annotator, block).empty()) return;
  Release(annotator);  // one block at a time
  leases_[block] = {annotator, options_.clock() + options_.lease_seconds};
}

void AnnotationDesk::Release(const std::string& annotator) {
  for (auto lease = leases_.begin(); lease != leases_.end();) {
    lease = lease->second.annotator == annotator ? leases_.erase(lease) : std::next(lease);
  }
}

absl::Status AnnotationDesk::CheckFree(const std::string& annotator, int64_t block) const {
  const std::string holder = HolderBut(annotator, block);
  if (holder.empty()) return absl::OkStatus();
  return absl::FailedPreconditionError(absl::StrCat(holder, " is at this block now"));
}

absl::Status AnnotationDesk::Record(AnnotationEvent event, int64_t block) {
  Person& person = people_.at(event.annotator);
  event.seconds = std::round(person.unlogged * 100) / 100;
  event.time = absl::FormatTime("%Y-%m-%dT%H:%M:%SZ", absl::Now(), absl::UTCTimeZone());
  if (block >= 0) {
    event.block = blocks_[static_cast<size_t>(block)].digest;
    event.identity = blocks_[static_cast<size_t>(block)].name;
    event.rank = blocks_[static_cast<size_t>(block)].rank;
  }
  FACET_RETURN_IF_ERROR(log_->Append(event));
  person.unlogged = 0;
  votes_.Apply(static_cast<int64_t>(log_->events().size()), event);
  return absl::OkStatus();
}

bool AnnotationDesk::Waits(const std::string& annotator, int64_t block) const {
  if (Judged(block) || !HolderBut(annotator, block).empty()) return false;
  const auto& opinions = votes_.Opinions(block);
  const auto own = opinions.find(annotator);
  return own == opinions.end() || !own->second.accepts.has_value();
}

int64_t AnnotationDesk::NextAfter(const std::string& annotator, int64_t after) const {
  const int64_t count = static_cast<int64_t>(blocks_.size());
  for (int64_t i = 1; i <= count; ++i) {
    const int64_t block = (std::clamp<int64_t>(after, -1, count - 1) + i) % count;
    if (Waits(annotator, block)) return block;
  }
  return -1;
}

int64_t AnnotationDesk::Place(const std::string& annotator) const {
  for (const auto& [block, lease] : leases_) {
    if (lease.annotator == annotator && HolderBut("", block) == annotator) return block;
  }
  const auto last = votes_.Last(annotator);
  if (last.has_value() && Waits(annotator, last->block)) return last->block;
  return NextAfter(annotator, -1);
}

absl::StatusOr<int64_t> AnnotationDesk::Join(const std::string& annotator) {
  const Lock lock(mutex_);
  FACET_ASSIGN_OR_RETURN(const std::string name, CheckName(annotator));
  const auto [person, is_new] = people_.try_emplace(name, Person{0, 0});
  person->second.last_seen = options_.clock();  // what was before is no work
  const int64_t block = Place(name);
  if (block >= 0) Take(name, block);
  return block;
}

absl::StatusOr<int64_t> AnnotationDesk::Next(const std::string& annotator, int64_t after) {
  const Lock lock(mutex_);
  FACET_RETURN_IF_ERROR(CheckName(annotator).status());
  const int64_t block = NextAfter(annotator, after);
  if (block >= 0) Take(annotator, block);  // before another one asks
  return block;
}

absl::StatusOr<AnnotationDesk::View> AnnotationDesk::Show(const std::string& annotator,
                                                          int64_t block) {
  const Lock lock(mutex_);
  FACET_RETURN_IF_ERROR(Arrive(annotator, block));
  Take(annotator, block);
  View view;
  view.block = block;
  view.held_by = HolderBut(annotator, block);
  for (const auto& [name, opinion] : votes_.Opinions(block)) {
    if (name == annotator) {
      view.verdict = opinion.accepts;
      view.marked = opinion.marked;
    } else if (opinion.accepts.has_value()) {
      view.others.emplace_back(name, *opinion.accepts);
    }
  }
  return view;
}

absl::Status AnnotationDesk::Touch(const std::string& annotator, int64_t block) {
  const Lock lock(mutex_);
  FACET_RETURN_IF_ERROR(Arrive(annotator, block));
  Take(annotator, block);
  return absl::OkStatus();
}

absl::Status AnnotationDesk::Leave(const std::string& annotator) {
  const Lock lock(mutex_);
  FACET_RETURN_IF_ERROR(CheckName(annotator).status());
  Release(annotator);
  return absl::OkStatus();
}

absl::Status AnnotationDesk::Mark(const std::string& annotator, int64_t block,
                                  const std::vector<std::string>& images, bool marked) {
  const Lock lock(mutex_);
  FACET_RETURN_IF_ERROR(Arrive(annotator, block));
  FACET_RETURN_IF_ERROR(CheckFree(annotator, block));
  Take(annotator, block);
  AnnotationEvent event;
  event.action = marked ? Action::kMark : Action::kUnmark;
  event.annotator = annotator;
  event.images = images;
  return Record(std::move(event), block);
}

absl::Status AnnotationDesk::Judge(const std::string& annotator, int64_t block, bool accept) {
  const Lock lock(mutex_);
  FACET_RETURN_IF_ERROR(Arrive(annotator, block));
  FACET_RETURN_IF_ERROR(CheckFree(annotator, block));
  AnnotationEvent event;
  event.action = accept ? Action::kAccept : Action::kReject;
  event.annotator = annotator;
  const auto& opinions = votes_.Opinions(block);
  const auto own = opinions.find(annotator);
  event.shown = static_cast<int64_t>(blocks_[static_cast<size_t>(block)].images.size());
  event.marked = own == opinions.end() ? 0 : static_cast<int64_t>(own->second.marked.size());
  event.sheets = options_.task.NumSheets(event.shown);
  FACET_RETURN_IF_ERROR(Record(std::move(event), block));
  leases_.erase(block);
  return absl::OkStatus();
}

absl::StatusOr<int64_t> AnnotationDesk::Undo(const std::string& annotator) {
  const Lock lock(mutex_);
  const auto last = votes_.Last(annotator);
  if (!last.has_value()) return absl::NotFoundError("there is nothing to undo");
  FACET_RETURN_IF_ERROR(Arrive(annotator, last->block));
  AnnotationEvent event;
  event.action = Action::kUndo;
  event.annotator = annotator;
  event.undoes = last->line;
  FACET_RETURN_IF_ERROR(Record(std::move(event), last->block));
  return last->block;
}

absl::Status AnnotationDesk::Finish(const std::string& annotator) {
  const Lock lock(mutex_);
  FACET_RETURN_IF_ERROR(blocks_.empty() ? CheckName(annotator).status() : Arrive(annotator, 0));
  if (Finished()) return absl::OkStatus();
  if (options_.wait_for_all && !Complete()) {
    return absl::FailedPreconditionError("there are blocks that nobody has judged yet");
  }
  AnnotationEvent event;
  event.action = Action::kFinish;
  event.annotator = annotator;
  return Record(std::move(event), -1);
}

bool AnnotationDesk::Complete() const {
  for (size_t i = 0; i < blocks_.size(); ++i) {
    if (!Judged(static_cast<int64_t>(i))) return false;
  }
  return true;
}

bool AnnotationDesk::Finished() const {
  return blocks_.empty() || (votes_.finished() && (!options_.wait_for_all || Complete()));
}

bool AnnotationDesk::finished() const {
  const Lock lock(mutex_);
  return Finished();
}

int64_t AnnotationDesk::num_judged() const {
  const Lock lock(mutex_);
  int64_t count = 0;
  for (size_t i = 0; i < blocks_.size(); ++i) count += Judged(static_cast<int64_t>(i));
  return count;
}

AnnotationDesk::Progress AnnotationDesk::ProgressOf(const std::string& annotator) const {
  const Lock lock(mutex_);
  Progress progress;
  for (int64_t i = 0; i < static_cast<int64_t>(blocks_.size()); ++i) {
    const bool judged = Judged(i);
    progress.num_judged += judged;
    const bool held = !judged && !HolderBut(annotator, i).empty();
    progress.blocks += judged ? (*votes_.Accepted(i) ? 'a' : 'r') : held ? 'h' : '.';
  }
  const auto person = people_.find(annotator);
  const double unlogged = person == people_.end() ? 0 : person->second.unlogged;
  progress.seconds = votes_.SecondsOf(annotator) + unlogged;
  progress.all_seconds = votes_.seconds();
  for (const auto& [name, each] : people_) progress.all_seconds += each.unlogged;
  std::set<std::string> present;
  for (const auto& [block, lease] : leases_) {
    if (lease.until >= options_.clock()) present.insert(lease.annotator);
  }
  progress.present.assign(present.begin(), present.end());
  progress.may_undo = votes_.Last(annotator).has_value();
  progress.finished = Finished();
  progress.may_finish =
      !options_.wait_for_all || progress.num_judged == static_cast<int64_t>(blocks_.size());
  return progress;
}

Annotation AnnotationDesk::Result() const {
  const Lock lock(mutex_);
  Annotation annotation;
  for (int64_t i = 0; i < static_cast<int64_t>(blocks_.size()); ++i) {
    BlockVerdict verdict;
    verdict.accepted = votes_.Accepted(i);
    if (verdict.accepted == true) verdict.rejected = votes_.RemovedImages(i);
    verdict.seconds = votes_.Seconds(i);
    verdict.purity = votes_.Purity(i);
    annotation.verdicts.push_back(std::move(verdict));
  }
  annotation.effort_seconds = votes_.seconds();
  annotation.agreement = votes_.Agree();
  if (votes_.num_unused() > 0) {
    annotation.notices.push_back(
        absl::StrCat(Thousands(votes_.num_unused()),
                     " decision(s) are of blocks whose images are others now, and were not used"));
  }
  return annotation;
}

}  // namespace facet
