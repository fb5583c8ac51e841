#include "core/stages/train/settings_check.h"

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "core/base/status.h"

namespace facet {
namespace {

// An option with the choice that reads it.
struct Reader {
  const char* option;
  const char* choice;
  bool chosen, is_default;
};

absl::Status CheckReaders(const std::string& slot, const std::vector<Reader>& readers) {
  for (const Reader& reader : readers) {
    if (reader.chosen || reader.is_default) continue;
    return absl::InvalidArgumentError(absl::StrCat(slot, ".", reader.option, " is read with ",
                                                   reader.choice,
                                                   " only; take it out, or choose that"));
  }
  return absl::OkStatus();
}

absl::Status CheckMilestones(const OptimizerSettings& o) {
  if (o.milestones.empty()) return absl::OkStatus();
  if (o.milestones.size() + 1 != o.rates.size()) {
    return absl::InvalidArgumentError(
        absl::StrCat("train.optimizer.milestones has ", o.milestones.size(), " values, rates has ",
                     o.rates.size(), ": each rate after the first needs one milestone"));
  }
  double last = 0;
  for (const double milestone : o.milestones) {
    const double epoch = MilestoneEpoch(o, milestone);
    if (epoch > last && epoch < static_cast<double>(o.epochs)) {
      last = epoch;
      continue;
    }
    return absl::InvalidArgumentError(
        absl::StrCat("train.optimizer.milestones: ", milestone, " is epoch ", epoch,
                     "; they must ascend and lie below epochs = ", o.epochs));
  }
  return absl::OkStatus();
}

absl::Status CheckSchedule(const OptimizerSettings& o) {
  if (o.rates.empty()) {
    return absl::InvalidArgumentError("train.optimizer.rates is empty; give at least one");
  }
  if (o.warmup_epochs >= static_cast<double>(o.epochs)) {
    return absl::InvalidArgumentError(
        absl::StrCat("train.optimizer.warmup_epochs = ", o.warmup_epochs,
                     " leaves nothing of epochs = ", o.epochs));
  }
  if (o.schedule == "step") return CheckMilestones(o);
  if (o.schedule != "cosine") return absl::OkStatus();
  if (o.rates.size() != 1) {
    return absl::InvalidArgumentError(
        absl::StrCat("train.optimizer.schedule = \"cosine\" has one rate to fall from, rates has ",
                     o.rates.size(), "; write for example rates = [", o.rates.front(), "]"));
  }
  if (o.final_rate <= o.rates.front()) return absl::OkStatus();
  return absl::InvalidArgumentError(absl::StrCat("train.optimizer.final_rate = ", o.final_rate,
                                                 " is above the rate ", o.rates.front(),
                                                 " that cosine falls from"));
}

absl::Status CheckOptimizer(const OptimizerSettings& o) {
  const OptimizerSettings d;
  const bool sgd = o.use == "sgd";
  const char* const adam = "use = \"adam\" or \"adamw\"";
  FACET_RETURN_IF_ERROR(CheckReaders(
      "train.optimizer",
      {{"momentum", "use = \"sgd\"", sgd, o.momentum == d.momentum},
       {"nesterov", "use = \"sgd\"", sgd, o.nesterov == d.nesterov},
       {"beta1", adam, !sgd, o.beta1 == d.beta1},
       {"beta2", adam, !sgd, o.beta2 == d.beta2},
       {"epsilon", adam, !sgd, o.epsilon == d.epsilon},
       {"patience", "schedule = \"plateau\"", o.schedule == "plateau", o.patience == d.patience},
       {"milestones", "schedule = \"step\"", o.schedule == "step", o.milestones == d.milestones},
       {"final_rate", "schedule = \"cosine\"", o.schedule == "cosine",
        o.final_rate == d.final_rate}}));
  return CheckSchedule(o);
}

absl::Status CheckAugment(const AugmentSettings& a) {
  struct Bounds {
    const char *low, *high;
    double min, max;
  };
  for (const Bounds& b : std::vector<Bounds>{
           {"zoom_min", "zoom_max", a.zoom_min, a.zoom_max},
           {"blur_sigma_min_px", "blur_sigma_max_px", a.blur_sigma_min_px, a.blur_sigma_max_px},
           {"erase_area_min", "erase_area_max", a.erase_area_min, a.erase_area_max}}) {
    if (b.min <= b.max) continue;
    return absl::InvalidArgumentError(
        absl::StrCat("train.augment.", b.low, " = ", b.min, " is above ", b.high, " = ", b.max));
  }
  return absl::OkStatus();
}

absl::Status CheckSampler(const SamplerSettings& s, int64_t batch) {
  const SamplerSettings d;
  const bool chosen = s.use == "identities";
  const char* const choice = "use = \"identities\"";
  FACET_RETURN_IF_ERROR(CheckReaders(
      "train.sampler", {{"identities", choice, chosen, s.identities == d.identities},
                        {"images", choice, chosen, s.images == d.images},
                        {"few_images", choice, chosen, s.few_images == d.few_images}}));
  if (!chosen || s.identities * s.images == batch) return absl::OkStatus();
  return absl::InvalidArgumentError(
      absl::StrCat("train.sampler makes batches of ", s.identities, " identities x ", s.images,
                   " images = ", s.identities * s.images, ", but train.optimizer.batch = ", batch,
                   "; set batch to ", s.identities * s.images, ", or change identities or images"));
}

}  // namespace

absl::StatusOr<TrainSettings> ReadTrainSettings(const Json& settings) {
  const auto part = [&](const char* name) {
    return Dump(settings.contains(name) ? settings.at(name) : Json::object());
  };
  TrainSettings read;
  FACET_ASSIGN_OR_RETURN(read.optimizer, ReadOptions<OptimizerSettings>(part("optimizer")));
  FACET_ASSIGN_OR_RETURN(read.augment, ReadOptions<AugmentSettings>(part("augment")));
  FACET_ASSIGN_OR_RETURN(read.sampler, ReadOptions<SamplerSettings>(part("sampler")));
  FACET_ASSIGN_OR_RETURN(read.memory, ReadOptions<MemorySettings>(part("memory")));
  FACET_RETURN_IF_ERROR(CheckOptimizer(read.optimizer));
  FACET_RETURN_IF_ERROR(CheckAugment(read.augment));
  FACET_RETURN_IF_ERROR(CheckSampler(read.sampler, read.optimizer.batch));
  FACET_RETURN_IF_ERROR(
      CheckReaders("train.memory", {{"start_step", "a size above 0", read.memory.size > 0,
                                     read.memory.start_step == MemorySettings().start_step}}));
  return read;
}

}  // namespace facet
