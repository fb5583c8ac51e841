#include "core/config/fixture_catalogue.h"

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "core/api/options.h"
#include "core/base/check.h"
#include "core/base/file.h"
#include "core/base/json.h"

namespace facet {
namespace {

struct VggFace {
  std::string root, images, snapshot = "full", missing = "skip";
  void Visit(OptionVisitor& v) {
    v("root", root, Required(InputDirectory()), "folder of the lists");
    v("images", images, InputDirectory(), "folder of the people's images; empty: root/images");
    v("snapshot", snapshot, OneOf({"full", "curated"}), "all lines, or those curated");
    v("missing", missing, OneOf({"skip", "refuse"}), "listed images that are not there");
  }
};

struct Lfw {
  std::string root, images, view = "auto";
  bool all_images = false;
  void Visit(OptionVisitor& v) {
    v("root", root, Required(InputDirectory()), "folder of the lists and the images");
    v("images", images, Any(), "folder of the people's folders, below root; empty: look");
    v("view", view, OneOf({"auto", "1", "2"}), "2: report; 1: choose models");
    v("all_images", all_images, Any(), "view 2: take images that no pair uses, too");
  }
};

struct Folder {
  std::string root, list, snapshot = "full";
  std::vector<std::string> exclude;
  int64_t min_images = 1;
  void Visit(OptionVisitor& v) {
    v("root", root, Required(InputDirectory()), "folder of identity folders");
    v("list", list, InputFile(), "paths below root that make the curated snapshot");
    v("snapshot", snapshot, OneOf({"full", "curated"}), "all images, or those of `list`");
    v("exclude", exclude, Any(), "identities to leave out");
    v("min_images", min_images, AtLeast(1), "identities with fewer images are left out");
  }
};

struct Synthetic {
  std::string part = "train", snapshot = "curated";
  int64_t people = 100, images = 20;
  double label_noise = 0.04;
  void Visit(OptionVisitor& v) {
    v("part", part, OneOf({"train", "test", "video"}), "disjoint people");
    v("snapshot", snapshot, OneOf({"curated", "full"}), "train: clean, or clean and noisy");
    v("people", people, Range(1, 1e6), "number of people");
    v("images", images, Range(1, 1e4), "clean photographs per person");
    v("label_noise", label_noise, Range(0, 1), "full: share that shows somebody else");
  }
};

struct Haar {
  std::string frontal = "/usr/share/opencv4/haarcascades/haarcascade_frontalface_alt2.xml";
  double scale_factor = 1.1;
  int64_t min_neighbours = 3;
  void Visit(OptionVisitor& v) {
    Constraint frontal_file = InputFile();
    frontal_file.renamed_from = "cascade";
    v("frontal", frontal, frontal_file, "cascade of frontal faces");
    v("scale_factor", scale_factor, Range(1.01, 2), "between the sizes of the search window [1]");
    v("min_neighbours", min_neighbours, Range(0, 100), "overlapping windows that must agree");
  }
};

struct YuNet {
  std::string model;
  double min_score = 0.6;
  void Visit(OptionVisitor& v) {
    v("model", model, Required(InputFile()), "the network's file");
    v("min_score", min_score, Range(0, 1), "weaker detections are left out");
  }
};

struct Extend {
  double extend = 1.0;
  void Visit(OptionVisitor& v) {
    v("extend", extend, AboveUpTo(0, 10), "side of the frame over the canonical box [1]");
  }
};

struct Vgg {
  std::string config = "A";
  int64_t input_px = 224, fc_size = 4096;
  double width = 1.0, dropout = 0.5;
  void Visit(OptionVisitor& v) {
    v("config", config, OneOf({"A", "B", "D"}), "8, 10 or 13 convolutions; paper");
    v("input_px", input_px, Range(32, 1024), "side of the input [px]");
    v("width", width, AboveUpTo(0, 4), "factor on the number of channels; 1: paper");
    v("fc_size", fc_size, AtLeast(1), "outputs of fc6 and fc7");
    v("dropout", dropout, Range(0, 0.95), "share of fc6 and fc7 that is dropped; paper");
  }
};

struct Triplet {
  double margin = 0.2;
  std::string distance = "squared_l2";
  void Visit(OptionVisitor& v) {
    v("margin", margin, AboveUpTo(0, 2), "alpha, in units of the distance");
    v("distance", distance, OneOf({"squared_l2", "l2"}), "between two descriptors");
  }
};

struct ArcFace {
  double margin_rad = 0.5, scale = 64.0;
  void Visit(OptionVisitor& v) {
    v("margin_rad", margin_rad, Range(0, 1.6), "additive angular margin [rad]");
    v("scale", scale, Above(0), "of the logits [1]");
  }
};

struct Verification {
  std::string distance = "l2";
  std::vector<double> far = {0.01};
  void Visit(OptionVisitor& v) {
    v("distance", distance, OneOf({"l2", "cosine"}), "between two templates; paper: l2");
    v("far", far, AboveUpTo(0, 1), "false accept rates at which the true one is given [1]");
  }
};

struct Sgd {
  double momentum = 0.9, weight_decay = 5e-4;
  bool nesterov = false;
  void Visit(OptionVisitor& v) {
    v("momentum", momentum, Range(0, 1), "share of the velocity that a step keeps [1]");
    v("nesterov", nesterov, Any(), "Nesterov's momentum");
    v("weight_decay", weight_decay, AtLeast(0), "l2 penalty on all weights [1]");
  }
};

struct AdamW {
  double beta1 = 0.9, weight_decay = 5e-4;
  void Visit(OptionVisitor& v) {
    v("beta1", beta1, Range(0, 0.999999), "decay of the mean gradient [1]");
    v("weight_decay", weight_decay, AtLeast(0), "w shrinks by rate * weight_decay * w [1]");
  }
};

struct Plateau {
  std::vector<double> rates = {1e-2, 1e-3, 1e-4};
  int64_t patience = 3;
  void Visit(OptionVisitor& v) {
    v("rates", rates, Above(0), "learning rates in order");
    v("patience", patience, AtLeast(1), "epochs without a better validation accuracy");
  }
};

struct Cosine {
  double rate = 0.01, final_rate = 0.0;
  void Visit(OptionVisitor& v) {
    v("rate", rate, Above(0), "learning rate at first");
    v("final_rate", final_rate, AtLeast(0), "learning rate at last");
  }
};

struct Identities {
  int64_t images = 4;
  void Visit(OptionVisitor& v) { v("images", images, AtLeast(2), "of each identity of a batch"); }
};

struct Chance {
  double probability = 0.5;
  void Visit(OptionVisitor& v) {
    v("probability", probability, Range(0, 1), "that a visit has it [1]");
  }
};

struct Crop : Chance {
  std::string place = "random";
  void Visit(OptionVisitor& v) {
    Chance::Visit(v);
    v("place", place, OneOf({"random", "center"}), "place of the view in the stored crop");
  }
};

struct Entry {
  std::string kind, name, options;
  std::vector<std::string> traits = {};
};

std::vector<Entry> Entries() {
  const std::string none = SchemaOf<NoOptions>();
  return {{"dataset", "vggface", SchemaOf<VggFace>()},
          {"dataset", "lfw", SchemaOf<Lfw>()},
          {"dataset", "folder", SchemaOf<Folder>()},
          {"dataset", "synthetic", SchemaOf<Synthetic>()},
          {"detector", "haar", SchemaOf<Haar>()},
          {"detector", "yunet", SchemaOf<YuNet>()},
          {"detector", "given", none},
          {"detector", "central", none},
          {"aligner", "none", SchemaOf<Extend>()},
          {"aligner", "eyes", none},
          {"aligner", "five_point", SchemaOf<Extend>()},
          {"architecture", "vgg", SchemaOf<Vgg>()},
          {"loss", "softmax", none},
          {"loss", "triplet", SchemaOf<Triplet>()},
          {"loss", "arcface", SchemaOf<ArcFace>()},
          {"miner", "random_violating", none},
          {"miner", "batch_hard", none},
          {"optimizer", "sgd", SchemaOf<Sgd>()},
          {"optimizer", "adamw", SchemaOf<AdamW>()},
          {"schedule", "plateau", SchemaOf<Plateau>()},
          {"schedule", "cosine", SchemaOf<Cosine>()},
          {"sampler", "random", none},
          {"sampler", "identities", SchemaOf<Identities>()},
          {"augmentation", "crop", SchemaOf<Crop>()},
          {"augmentation", "flip", SchemaOf<Chance>()},
          {"augmentation", "erase", SchemaOf<Chance>()},
          {"augmentation", "blur", SchemaOf<Chance>()},
          {"evaluator", "verification", SchemaOf<Verification>()},
          {"evaluator", "detection", none, {"detections"}}};
}

}  // namespace

Catalogue MakeFixtureCatalogue(const std::string& folder) {
  std::filesystem::create_directories(folder);
  std::map<std::string, std::string> descriptions;
  const auto library = [&](const std::string& name) {
    const std::string path = absl::StrCat(folder, "/lib", name, ".so");
    FACET_CHECK(WriteFileAtomically(path, name).ok());
    return path;
  };
  for (const Entry& entry : Entries()) {
    absl::StatusOr<Json> options = ParseJson(entry.options, entry.name);
    FACET_CHECK(options.ok());
    const Json component = {{"kind", entry.kind},     {"name", entry.name},
                            {"summary", ""},          {"paper", ""},
                            {"traits", entry.traits}, {"options", *std::move(options)}};
    descriptions[library(absl::StrCat(entry.kind, "_", entry.name))] =
        Dump({{"calls", Json::array()}, {"components", Json::array({component})}});
  }
  const std::string broken = library("broken");
  return Catalogue::Scan({folder}, [&](const std::string& path) -> absl::StatusOr<std::string> {
    if (path == broken) {
      return absl::FailedPreconditionError(absl::StrCat(path, ": built for interface 0"));
    }
    return descriptions.at(path);
  });
}

}  // namespace facet
