#include "core/stages/planner.h"

#include <sched.h>

#include <algorithm>
#include <map>
#include <thread>
#include <utility>

#if defined(__x86_64__)
#include <cpuid.h>
#include <sys/syscall.h>
#include <unistd.h>
#endif

#include "absl/strings/str_cat.h"
#include "core/base/random.h"
#include "core/base/status.h"
#include "core/stages/train_settings.h"

namespace facet {
namespace {

#if defined(__x86_64__)
// AMX needs the processor's bits and the kernel's leave to use the tile registers.
bool HasAmxBf16() {
  unsigned eax = 0, ebx = 0, ecx = 0, edx = 0;
  if (__get_cpuid_count(7, 0, &eax, &ebx, &ecx, &edx) == 0) return false;
  constexpr unsigned kAmxBf16 = 1u << 22, kAmxTile = 1u << 24;
  if ((edx & kAmxBf16) == 0 || (edx & kAmxTile) == 0) return false;
  constexpr int kRequestPermission = 0x1023, kTileData = 18;  // arch_prctl(2)
  return ::syscall(SYS_arch_prctl, kRequestPermission, kTileData) == 0;
}
#else
bool HasAmxBf16() { return false; }
#endif

const Json* Find(const Row& row, const std::string& slot) {
  const auto found = row.slots.find(slot);
  return found == row.slots.end() ? nullptr : &found->second;
}

// Plans rows one by one into a graph in which equal stages are one.
class Planner {
 public:
  Planner(const Experiment& experiment, const Catalogue& catalogue, const Machine& machine)
      : experiment_(experiment), catalogue_(catalogue), machine_(machine) {}

  absl::Status AddRow(const Row& row) {
    user_ = row.id;
    StageSpec evaluate = NewStage("evaluate", "evaluate");
    FACET_RETURN_IF_ERROR(AddComponent(row, "test.evaluator", "evaluator", &evaluate));
    const ComponentUse& evaluator = evaluate.components["evaluator"];
    if (Find(row, "leaks") != nullptr &&
        (HasTrait(evaluator, "detections") || HasTrait(evaluator, "landmarks"))) {
      return absl::InvalidArgumentError(
          absl::StrCat("row \"", row.id,
                       "\": leaks compares the test set with the training set, but evaluator \"",
                       evaluator.name, "\" scores no trained network; leave out leaks"));
    }
    if (HasTrait(evaluate.components["evaluator"], "detections")) {
      FACET_ASSIGN_OR_RETURN(const Branch test, AddFaces(row, "test"));
      evaluate.inputs = {{"samples", test.dataset}, {"faces", test.detect}};
    } else if (HasTrait(evaluate.components["evaluator"], "landmarks")) {
      FACET_ASSIGN_OR_RETURN(const Branch test, AddFrames(row, "test"));
      evaluate.inputs = {{"samples", test.dataset}, {"faces", test.detect}, {"frames", test.align}};
    } else {
      FACET_RETURN_IF_ERROR(AddDescriptors(row, &evaluate));
    }
    SetSeed(row, "evaluate", &evaluate);
    graph_.row_result[row.id] = Share(std::move(evaluate), row);
    return absl::OkStatus();
  }

  StageGraph Take() { return std::move(graph_); }

 private:
  struct Branch {
    int dataset = -1, detect = -1, align = -1, pack = -1;
  };

  bool HasTrait(const ComponentUse& use, const std::string& trait) const {
    const ComponentInfo* info = catalogue_.Find(use.kind, use.name);
    return info != nullptr && info->HasTrait(trait);
  }

  // The inputs of an evaluation of descriptors.
  absl::Status AddDescriptors(const Row& row, StageSpec* evaluate) {
    FACET_ASSIGN_OR_RETURN(const Branch test, AddBranch(row, "test", TestSize(row)));
    // Before the training, if that need not be known: a leak shows before hours are spent.
    const bool check_leaks = Find(row, "leaks") != nullptr;
    const bool check_faces = Settings(row, "leaks").value("embedding", 0.0) > 0.0;
    if (check_leaks && !check_faces) {
      FACET_ASSIGN_OR_RETURN(evaluate->inputs["leaks"], AddLeakCheck(row, test, -1, -1));
    }
    FACET_ASSIGN_OR_RETURN(const int model, AddTraining(row, 0));
    FACET_ASSIGN_OR_RETURN(const int described,
                           AddDescribe(row, "describe", test.pack, model, nullptr));
    evaluate->inputs.insert({{"descriptors", described}, {"samples", test.dataset}});
    if (check_leaks && check_faces) {
      FACET_ASSIGN_OR_RETURN(evaluate->inputs["leaks"], AddLeakCheck(row, test, described, model));
    }
    if (HasTrait(evaluate->components["evaluator"], "identities")) {
      evaluate->settings["identities"] = true;
    }
    if (Find(row, "embed") == nullptr) return absl::OkStatus();
    FACET_ASSIGN_OR_RETURN(evaluate->inputs["projection"], AddEmbed(row, test, described, model));
    return absl::OkStatus();
  }

  static StageSpec NewStage(std::string type, std::string name) {
    StageSpec stage;
    stage.type = std::move(type);
    stage.name = std::move(name);
    return stage;
  }

  static Json Settings(const Row& row, const std::string& slot) {
    const Json* settings = Find(row, slot);
    return settings == nullptr ? Json::object() : *settings;
  }

  // What the stages after detection need of the face settings: which images may be decoded.
  static Json ImageLimit(const Json& faces) {
    Json limit = Json::object();
    if (faces.contains("max_megapixels")) limit["max_megapixels"] = faces["max_megapixels"];
    return limit;
  }

  static int64_t TestSize(const Row& row) {
    int64_t size = 0;
    for (const Json& scale : Settings(row, "test.crops").value("scales", Json::array())) {
      size = std::max(size, scale.get<int64_t>());
    }
    return size;
  }

  absl::StatusOr<ComponentUse> Use(const Row& row, const std::string& slot,
                                   const std::string& kind) const {
    const Json* value = Find(row, slot);
    if (value == nullptr) {
      return absl::InvalidArgumentError(
          absl::StrCat("row \"", row.id, "\" names no ", slot, "; add ", slot,
                       " = { use = \"...\" } (facet plugins list --kind ", kind, ")"));
    }
    ComponentUse use;
    use.kind = kind;
    use.name = value->at("use");
    use.options = *value;
    use.options.erase("use");
    const ComponentInfo* info = catalogue_.Find(kind, use.name);
    if (info == nullptr) {
      return absl::NotFoundError(absl::StrCat("row \"", row.id, "\", ", slot,
                                              ": no plugin provides the ", kind, " \"", use.name,
                                              "\""));
    }
    use.library_path = info->library_path;
    use.library_digest = info->library_digest;
    return use;
  }

  // The inputs outside the store that a component's options name.
  std::vector<ExternalInput> Externals(const std::string& role, const ComponentUse& use) const {
    std::vector<ExternalInput> externals;
    for (const OptionSpec& option : catalogue_.Find(use.kind, use.name)->options) {
      if (option.role.empty() || !use.options.contains(option.name)) continue;
      const std::string path = use.options[option.name];
      if (path.empty()) continue;
      externals.push_back(
          {absl::StrCat(role, ".", option.name), path, option.role == "input_directory"});
    }
    return externals;
  }

  absl::Status AddComponent(const Row& row, const std::string& slot, const std::string& role,
                            StageSpec* stage, std::string kind = "") {
    if (kind.empty()) kind = role;
    FACET_ASSIGN_OR_RETURN(ComponentUse use, Use(row, slot, kind));
    for (ExternalInput& external : Externals(role, use)) {
      stage->externals.push_back(std::move(external));
    }
    stage->components[role] = std::move(use);
    return absl::OkStatus();
  }

  // The files of train.weights, for a stage that makes a network of them.
  static void AddWeights(const Row& row, StageSpec* stage) {
    const Json weights = Settings(row, "train.weights");
    if (weights.value("file", "").empty()) return;
    stage->settings["weights"] = weights;
    for (const char* option : {"file", "layout"}) {
      const std::string path = weights.value(option, "");
      if (!path.empty()) stage->externals.push_back({absl::StrCat("weights.", option), path});
    }
  }

  // A stage that reads the data set's images: they lie below a folder that an option names.
  absl::Status AddSource(const Row& row, const std::string& branch, StageSpec* stage,
                         const std::string& port = "samples", const std::string& role = "data") {
    FACET_ASSIGN_OR_RETURN(ComponentUse use, Use(row, branch + ".data", "dataset"));
    for (ExternalInput& external : Externals(role, use)) {
      if (external.directory) stage->externals.push_back(std::move(external));
    }
    stage->sources[port] = std::move(use);
    return absl::OkStatus();
  }

  static void SetSeed(const Row& row, const std::string& stream, StageSpec* stage) {
    stage->uses_seed = true;
    stage->seed = DeriveSeed(row.slots.at("seed").get<uint64_t>(), stream);
  }

  // Stages that run networks. Training's bits depend on the number of threads, inference's do not.
  void SetNumerics(const Row& row, bool threads, StageSpec* stage) {
    stage->device = row.slots.at("device");
    stage->precision = ResolvePrecision(row.slots.at("precision"), stage->device, machine_);
    if (threads) stage->threads = Threads(row);
  }

  int64_t Threads(const Row& row) const {
    const int64_t threads = row.slots.at("threads").get<int64_t>();
    return threads > 0 ? threads : machine_.num_cores;
  }

  // The lists of people that are left out of the training set; none given: as if there were no such
  // setting.
  static void AddHoldout(const Row& row, StageSpec* dataset) {
    const Json lists = Settings(row, "train.holdout");
    for (const auto& [option, path] : lists.items()) {
      if (path.get_ref<const std::string&>().empty()) continue;
      dataset->settings["holdout"][option] = path;
      dataset->externals.push_back({absl::StrCat("holdout.", option), path, false});
    }
  }

  absl::StatusOr<int> AddDataset(const Row& row, const std::string& branch) {
    StageSpec dataset = NewStage("dataset", branch + ".dataset");
    FACET_RETURN_IF_ERROR(AddComponent(row, branch + ".data", "data", &dataset, "dataset"));
    if (branch == "train") AddHoldout(row, &dataset);
    return Share(std::move(dataset), row);
  }

  // The data set and the faces of its images.
  absl::StatusOr<Branch> AddFaces(const Row& row, const std::string& branch) {
    Branch made;
    FACET_ASSIGN_OR_RETURN(made.dataset, AddDataset(row, branch));
    StageSpec detect = NewStage("detect", branch + ".detect");
    FACET_RETURN_IF_ERROR(AddComponent(row, branch + ".detector", "detector", &detect));
    FACET_RETURN_IF_ERROR(AddSource(row, branch, &detect));
    detect.settings = Settings(row, branch + ".faces");
    detect.inputs = {{"samples", made.dataset}};
    detect.libraries = {"opencv"};
    made.detect = Share(std::move(detect), row);
    return made;
  }

  // What an aligner learned from the row's `landmarks`, for one that brings no model of its own.
  absl::StatusOr<int> AddFit(const Row& row, const std::string& slot) {
    StageSpec fit = NewStage("fit", "landmarks.fit");
    FACET_RETURN_IF_ERROR(AddComponent(row, slot, "aligner", &fit));
    if (Find(row, "landmarks.data") == nullptr) {
      return absl::InvalidArgumentError(
          absl::StrCat("row \"", row.id, "\": ", slot, " = \"", fit.components["aligner"].name,
                       "\" has no model; give ", slot,
                       ".model = \"FILE\", or faces to train it on: landmarks = "
                       "{ data = { use = \"...\" }, detector = { use = \"...\" } }"));
    }
    FACET_ASSIGN_OR_RETURN(const Branch landmarks, AddFaces(row, "landmarks"));
    FACET_RETURN_IF_ERROR(AddSource(row, "landmarks", &fit));
    fit.settings = ImageLimit(Settings(row, "landmarks.faces"));
    fit.inputs = {{"samples", landmarks.dataset}, {"faces", landmarks.detect}};
    fit.libraries = {"opencv"};
    SetSeed(row, "fit", &fit);
    return Share(std::move(fit), row);
  }

  // The data set, its faces and their frames.
  absl::StatusOr<Branch> AddFrames(const Row& row, const std::string& branch) {
    FACET_ASSIGN_OR_RETURN(Branch made, AddFaces(row, branch));
    StageSpec align = NewStage("align", branch + ".align");
    FACET_RETURN_IF_ERROR(AddComponent(row, branch + ".aligner", "aligner", &align));
    FACET_RETURN_IF_ERROR(AddSource(row, branch, &align));
    align.settings = ImageLimit(Settings(row, branch + ".faces"));
    align.inputs = {{"samples", made.dataset}, {"faces", made.detect}};
    const ComponentUse& aligner = align.components["aligner"];
    if (HasTrait(aligner, "trainable") && aligner.options.value("model", "").empty()) {
      FACET_ASSIGN_OR_RETURN(align.inputs["model"], AddFit(row, branch + ".aligner"));
    }
    align.libraries = {"opencv"};
    made.align = Share(std::move(align), row);
    return made;
  }

  absl::StatusOr<Branch> AddBranch(const Row& row, const std::string& branch, int64_t size_px) {
    FACET_ASSIGN_OR_RETURN(Branch made, AddFrames(row, branch));
    StageSpec pack = NewStage("pack", branch + ".pack");
    FACET_RETURN_IF_ERROR(AddSource(row, branch, &pack));
    const Json crops = Settings(row, branch + ".crops");
    pack.settings = ImageLimit(Settings(row, branch + ".faces"));
    pack.settings["size_px"] = size_px;
    for (const char* option : {"encoding", "jpeg_quality"}) {
      if (crops.contains(option)) pack.settings[option] = crops[option];
    }
    pack.inputs = {{"samples", made.dataset}, {"frames", made.align}};
    pack.libraries = {"opencv"};
    made.pack = Share(std::move(pack), row);
    return made;
  }

  absl::StatusOr<Branch> AddTrainBranch(const Row& row) {
    return AddBranch(row, "train", Settings(row, "train.crops").value("size_px", int64_t{0}));
  }

  // The training of `row` (which another row may start from); -1: it trains nothing.
  absl::StatusOr<int> AddTraining(const Row& row, size_t depth) {
    if (Find(row, "train.loss") == nullptr) return -1;
    if (depth > experiment_.rows.size()) {
      return absl::InvalidArgumentError(
          absl::StrCat("row \"", row.id, "\": train.start_from goes in a circle"));
    }
    StageSpec train = NewStage("train", "train");
    const Json* start = Find(row, "train.start_from");
    if (start != nullptr && !start->get<std::string>().empty()) {
      FACET_ASSIGN_OR_RETURN(train.inputs["start"], AddStart(row, *start, depth));
    }
    FACET_ASSIGN_OR_RETURN(const Branch branch, AddTrainBranch(row));
    train.inputs["crops"] = branch.pack;
    FACET_RETURN_IF_ERROR(AddComponent(row, "train.architecture", "architecture", &train));
    FACET_RETURN_IF_ERROR(AddComponent(row, "train.loss", "loss", &train));
    if (Find(row, "train.miner") != nullptr) {
      FACET_RETURN_IF_ERROR(AddComponent(row, "train.miner", "miner", &train));
    }
    train.settings = {{"optimizer", Settings(row, "train.optimizer")},
                      {"augment", Settings(row, "train.augment")},
                      {"sampler", Settings(row, "train.sampler")},
                      {"memory", Settings(row, "train.memory")}};
    if (const absl::Status status = ReadTrainSettings(train.settings).status(); !status.ok()) {
      return absl::InvalidArgumentError(absl::StrCat("row \"", row.id, "\": ", status.message()));
    }
    AddWeights(row, &train);
    SetSeed(row, "train", &train);
    SetNumerics(row, true, &train);
    train.libraries = {"torch", "opencv"};
    return Share(std::move(train), row);
  }

  absl::StatusOr<int> AddStart(const Row& row, const std::string& id, size_t depth) {
    for (const Row& other : experiment_.rows) {
      if (other.id != id) continue;
      FACET_ASSIGN_OR_RETURN(const int start, AddTraining(other, depth + 1));
      if (start >= 0) return start;
      return absl::InvalidArgumentError(absl::StrCat("row \"", row.id, "\": train.start_from = \"",
                                                     id, "\", but that row trains nothing"));
    }
    return absl::InvalidArgumentError(
        absl::StrCat("row \"", row.id, "\": train.start_from = \"", id, "\": no such row"));
  }

  absl::StatusOr<int> AddDescribe(const Row& row, const std::string& name, int pack, int model,
                                  const Json* scales) {
    StageSpec describe = NewStage("describe", name);
    FACET_RETURN_IF_ERROR(AddComponent(row, "train.architecture", "architecture", &describe));
    describe.settings = Settings(row, "test.crops");
    // How the crops were stored is the pack stage's affair.
    describe.settings.erase("encoding");
    describe.settings.erase("jpeg_quality");
    if (scales != nullptr) describe.settings["scales"] = *scales;
    describe.inputs = {{"crops", pack}};
    if (model >= 0) describe.inputs["model"] = model;
    if (model < 0) AddWeights(row, &describe);
    SetNumerics(row, false, &describe);
    describe.libraries = {"torch", "opencv"};
    return Share(std::move(describe), row);
  }

  absl::StatusOr<int> AddEmbed(const Row& row, const Branch& test, int described, int model) {
    StageSpec embed = NewStage("embed", "embed");
    embed.settings = Settings(row, "embed");
    embed.inputs = {{"descriptors", described}, {"samples", test.dataset}};
    if (embed.settings.value("on", "folds") == "train") {
      FACET_ASSIGN_OR_RETURN(const Branch train, AddTrainBranch(row));
      const Json scales = Json::array({Settings(row, "train.crops").at("size_px")});
      FACET_ASSIGN_OR_RETURN(embed.inputs["descriptors"],
                             AddDescribe(row, "train.describe", train.pack, model, &scales));
      embed.inputs["samples"] = train.dataset;
    }
    FACET_RETURN_IF_ERROR(AddComponent(row, "embed.loss", "loss", &embed));
    FACET_RETURN_IF_ERROR(AddComponent(row, "embed.miner", "miner", &embed));
    if (embed.settings.value("unit", "samples") == "templates") {
      if (embed.settings.value("on", "folds") == "train") {
        return absl::InvalidArgumentError(
            absl::StrCat("row \"", row.id,
                         "\": embed.unit = \"templates\" needs the test set's "
                         "templates: set embed.on = \"folds\""));
      }
      FACET_RETURN_IF_ERROR(AddComponent(row, "test.evaluator", "evaluator", &embed));
    }
    SetSeed(row, "embed", &embed);
    SetNumerics(row, true, &embed);
    embed.libraries = {"torch"};
    return Share(std::move(embed), row);
  }

  // `described` and `model` are looked at where faces are compared.
  absl::StatusOr<int> AddLeakCheck(const Row& row, const Branch& test, int described, int model) {
    StageSpec check = NewStage("leak_check", "leak_check");
    check.settings = Settings(row, "leaks");
    check.settings.update(ImageLimit(Settings(row, "test.faces")));
    FACET_ASSIGN_OR_RETURN(const int train, AddDataset(row, "train"));
    check.inputs = {{"samples", test.dataset}, {"train", train}};
    if (check.settings.value("images", "off") != "off") {
      FACET_RETURN_IF_ERROR(AddSource(row, "test", &check));
      FACET_RETURN_IF_ERROR(AddSource(row, "train", &check, "train", "train"));
    }
    check.libraries = {"opencv"};
    if (check.settings.value("embedding", 0.0) > 0.0) {
      FACET_ASSIGN_OR_RETURN(const Branch packed, AddTrainBranch(row));
      const Json scales = Json::array({Settings(row, "train.crops").at("size_px")});
      check.inputs["descriptors"] = described;
      FACET_ASSIGN_OR_RETURN(check.inputs["train_descriptors"],
                             AddDescribe(row, "train.describe", packed.pack, model, &scales));
      check.libraries.emplace_back("torch");
    }
    return Share(std::move(check), row);
  }

  // The index of the stage that equals this one, which is added if there is none. It is made as
  // `row` says, for the sake of the row that is being added.
  int Share(StageSpec stage, const Row& row) {
    stage.worker_threads = Threads(row);
    const auto [found, added] =
        index_.emplace(Identity(stage), static_cast<int>(graph_.stages.size()));
    if (added) graph_.stages.push_back(std::move(stage));
    std::vector<std::string>& rows = graph_.stages[static_cast<size_t>(found->second)].rows;
    if (std::find(rows.begin(), rows.end(), user_) == rows.end()) rows.push_back(user_);
    return found->second;
  }

  // Everything the artifact depends on as far as a plan knows it: inputs by their stages, external
  // ones by their paths. Branches share stages too: no name is in it.
  static std::string Identity(const StageSpec& stage) {
    const auto uses = [](const std::map<std::string, ComponentUse>& components) {
      Json json = Json::object();
      for (const auto& [role, use] : components) {
        json[role] = {use.kind, use.name, use.options, use.library_digest};
      }
      return json;
    };
    Json externals = Json::object();
    for (const ExternalInput& external : stage.externals)
      externals[external.option] = external.path;
    return Dump({stage.type, uses(stage.components), uses(stage.sources), stage.settings,
                 stage.inputs, externals, stage.uses_seed, stage.seed, stage.device,
                 stage.precision, stage.threads});
  }

  const Experiment& experiment_;
  const Catalogue& catalogue_;
  const Machine& machine_;
  StageGraph graph_;
  std::map<std::string, int> index_;
  std::string user_;  // id of the row that is being added
};

}  // namespace

Machine Machine::ThisOne() {
  Machine machine;
  cpu_set_t cores;
  CPU_ZERO(&cores);
  if (::sched_getaffinity(0, sizeof(cores), &cores) == 0) {
    machine.num_cores = std::max(1, CPU_COUNT(&cores));
  } else {
    machine.num_cores = std::max(1u, std::thread::hardware_concurrency());
  }
  machine.has_amx_bf16 = HasAmxBf16();
  return machine;
}

std::string ResolvePrecision(const std::string& precision, const std::string& device,
                             const Machine& machine) {
  if (precision != "auto") return precision;
  return device == "cpu" && machine.has_amx_bf16 ? "bfloat16" : "float32";
}

absl::StatusOr<StageGraph> PlanExperiment(const Experiment& experiment,
                                          const std::vector<const Row*>& rows,
                                          const Catalogue& catalogue, const Machine& machine) {
  Planner planner(experiment, catalogue, machine);
  for (const Row* row : rows) FACET_RETURN_IF_ERROR(planner.AddRow(*row));
  return planner.Take();
}

}  // namespace facet
