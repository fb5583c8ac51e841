#include <algorithm>
#include <cmath>
#include <filesystem>
#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/synchronization/mutex.h"
#include "core/api/curator.h"
#include "core/base/file.h"
#include "core/image/contact_sheet.h"
#include "core/image/image_io.h"
#include "core/image/image_remarks.h"
#include "core/pipeline/sample_images.h"
#include "core/records/blob_file.h"
#include "core/records/crops.h"
#include "core/records/descriptors.h"
#include "core/records/name_lists.h"
#include "core/records/record_lines.h"
#include "core/records/results.h"
#include "core/records/samples.h"
#include "core/stages/curate/curate.h"

namespace facet {
namespace {

constexpr int kTilePx = 112, kSheetColumns = 12, kSheetJpegQuality = 88;
constexpr size_t kMaxSheets = 64;

// The crops of the images left, one by one.
class PackedFaces final : public CurationFaces {
 public:
  static absl::StatusOr<std::unique_ptr<PackedFaces>> Open(const StageContext& context) {
    auto faces = std::make_unique<PackedFaces>();
    FACET_ASSIGN_OR_RETURN(const std::string crops, context.InputFile("crops", "crops.mdb"));
    FACET_ASSIGN_OR_RETURN(faces->blobs_, BlobReader::Open(crops));
    FACET_ASSIGN_OR_RETURN(const std::string rows, context.InputFile("crops", "crops.jsonl"));
    FACET_ASSIGN_OR_RETURN(const std::string samples,
                           context.InputFile("samples", "samples.jsonl"));
    // Crops have their samples' order, images their manifest's ids.
    RecordReader<Sample> reader(samples, &SampleFromJson);
    int64_t index = -1, row = 0;
    Sample sample;
    const auto take = [&](const CropRecord& record) -> absl::Status {
      while (index < record.sample) {
        FACET_ASSIGN_OR_RETURN(std::optional<Sample> next, reader.Next());
        if (!next) return absl::DataLossError(absl::StrCat(samples, " has too few lines"));
        sample = *std::move(next);
        ++index;
      }
      if (sample.image < 0) {
        return absl::FailedPreconditionError(
            absl::StrCat("image ", sample.key,
                         " is of no curation manifest; the row that curation.from names must train "
                         "on a data set that is of one"));
      }
      faces->crops_.push_back({sample.image, row++, record.width, record.height});
      return absl::OkStatus();
    };
    FACET_RETURN_IF_ERROR(ForEachRecord(rows, &CropRecordFromJson, take));
    std::sort(faces->crops_.begin(), faces->crops_.end(),
              [](const Crop& a, const Crop& b) { return a.image < b.image; });
    return faces;
  }

  int64_t size() const override { return static_cast<int64_t>(crops_.size()); }
  int64_t image(int64_t index) const override { return crops_[static_cast<size_t>(index)].image; }
  absl::StatusOr<Image> Get(int64_t index) const override {
    const Crop& crop = crops_[static_cast<size_t>(index)];
    FACET_ASSIGN_OR_RETURN(const std::string_view bytes, blobs_->Get(crop.row));
    Image raw(static_cast<int>(crop.width), static_cast<int>(crop.height));
    if (bytes.size() != raw.bgr.size()) return DecodeImage(bytes);
    std::copy(bytes.begin(), bytes.end(), raw.bgr.begin());
    return raw;
  }

 private:
  struct Crop {
    int64_t image, row, width, height;
  };
  std::unique_ptr<BlobReader> blobs_;
  std::vector<Crop> crops_;
};

absl::StatusOr<std::vector<CurationScore>> ReadScores(const StageContext& context) {
  FACET_ASSIGN_OR_RETURN(const std::string path, context.InputFile("scores", "scores.jsonl"));
  FACET_ASSIGN_OR_RETURN(const std::string samples_path,
                         context.InputFile("scored", "samples.jsonl"));
  std::vector<int64_t> images;
  FACET_RETURN_IF_ERROR(ForEachRecord(samples_path, &SampleFromJson, [&](const Sample& sample) {
    images.push_back(sample.image);
    return absl::OkStatus();
  }));
  std::vector<CurationScore> scores;
  const auto take = [&](const ScoreRecord& record) -> absl::Status {
    if (record.sample < 0 || record.sample >= static_cast<int64_t>(images.size())) {
      return absl::DataLossError(absl::StrCat("sample ", record.sample, " of ", images.size()));
    }
    const int64_t image = images[static_cast<size_t>(record.sample)];
    if (image < 0) {
      return absl::FailedPreconditionError(
          "the scores are of images of no curation manifest; the row that curation.scores names "
          "must train on a data set that is of one");
    }
    scores.push_back({image, record.log_probability});
    return absl::OkStatus();
  };
  FACET_RETURN_IF_ERROR(ForEachRecord(path, &ScoreRecordFromJson, take));
  std::sort(scores.begin(), scores.end(),
            [](const CurationScore& a, const CurationScore& b) { return a.image < b.image; });
  return scores;
}

absl::Status Broken(const std::string& what) {
  return absl::InternalError(absl::StrCat("broke its contract (a fault of the plugin): ", what));
}

absl::Status CheckResult(const CurationResult& result) {
  std::set<std::string> names;
  for (const Metric& metric : result.metrics) {
    if (metric.name.empty() || !names.insert(metric.name).second) {
      return Broken(
          absl::StrCat("it has two metrics \"", metric.name, "\", or one without a name"));
    }
    if (!std::isfinite(metric.value)) {
      return Broken(absl::StrCat("its metric \"", metric.name, "\" is no finite number"));
    }
  }
  for (const Curve& curve : result.curves) {
    if (curve.x.size() != curve.y.size()) {
      return Broken(absl::StrCat("its curve \"", curve.name, "\" has ", curve.x.size(), " x and ",
                                 curve.y.size(), " y"));
    }
  }
  for (const Histogram& histogram : result.histograms) {
    if (histogram.edges.size() != histogram.counts.size() + 1 ||
        !std::is_sorted(histogram.edges.begin(), histogram.edges.end())) {
      return Broken(absl::StrCat("its histogram \"", histogram.name, "\" has ",
                                 histogram.counts.size(), " counts and ", histogram.edges.size(),
                                 " edges; wanted one more, ascending"));
    }
  }
  return result.sheets.size() <= kMaxSheets
             ? absl::OkStatus()
             : Broken(absl::StrCat("it has ", result.sheets.size(), " contact sheets; at most ",
                                   kMaxSheets));
}

// A name, what is said of it ("Ann Lee: same bytes", "Ann Lee -0.35"), and the file between them.
SheetCaption CaptionOf(const ContactSheet::Cell& cell) {
  const std::string& caption = cell.caption;
  const std::string file = std::filesystem::path(cell.path).filename().string();
  size_t first = caption.find(": "), rest = first + 2;
  if (first == std::string::npos) {
    first = caption.rfind(' ');
    rest = first + 1;
  }
  if (first == std::string::npos) return {caption, file, ""};
  return {caption.substr(0, first), file, caption.substr(rest)};
}

// Pictures of what the curator shows; one that cannot be read is an empty tile.
absl::Status WriteSheet(const ContactSheet& sheet, const std::string& image_folder,
                        const std::string& path, std::string* notice) {
  ContactPage page(kSheetColumns, kTilePx);
  for (const ContactSheet::Cell& cell : sheet.cells) {
    const absl::StatusOr<Image> image = ReadImage(absl::StrCat(image_folder, "/", cell.path));
    page.Add(Tile(image.ok() ? *image : Image(), kTilePx), CaptionOf(cell), kBlue);
  }
  if (page.empty()) return absl::OkStatus();
  FACET_ASSIGN_OR_RETURN(const std::string jpeg,
                         EncodeJpeg(page.Render(notice), kSheetJpegQuality));
  return WriteFileAtomically(path, jpeg);
}

absl::Status WriteResult(StageContext& context, const CurationResult& result,
                         const std::string& image_folder) {
  UseOneOpenCvThread();
  CurationResult shown = result;
  const auto is_empty = [](const ContactSheet& sheet) { return sheet.cells.empty(); };
  shown.sheets.erase(std::remove_if(shown.sheets.begin(), shown.sheets.end(), is_empty),
                     shown.sheets.end());
  std::string fonts;  // one of several sheets' notices is enough
  for (size_t i = 0; i < shown.sheets.size(); ++i) {
    std::string notice;
    FACET_RETURN_IF_ERROR(WriteSheet(shown.sheets[i], image_folder,
                                     absl::StrCat(context.output_dir(), "/", ContactSheetFile(i)),
                                     &notice));
    if (!notice.empty()) fonts = notice;
  }
  if (!fonts.empty()) context.Notice(fonts);
  for (const std::string& notice : result.notices) context.Notice(notice);
  for (Metric& metric : shown.metrics) {
    if (metric.standard_error <= 0.0 && metric.error_kind.empty()) {
      metric.standard_error = 0.0;
      metric.error_kind = kCounted;
    }
  }
  Json json = ToJson(shown);
  json["component"] = context.component_name("curator");
  return WriteFileAtomically(context.output_dir() + "/curation.json", DumpPretty(json) + "\n");
}

absl::StatusOr<CurationContext> MakeContext(StageContext& context,
                                            std::unique_ptr<PackedFaces>* faces) {
  CurationContext given;
  if (context.has_input("curation")) {
    FACET_ASSIGN_OR_RETURN(given.manifest, context.InputFile("curation", "manifest.sqlite"));
  }
  given.output_folder = context.output_dir();
  given.input_folder = context.root("curation");
  given.image_folder = context.kept_folder().empty() ? given.input_folder : context.kept_folder();
  given.work_folder = context.checkpoint_dir();
  given.seed = context.seed();
  given.threads = std::max(1, context.threads());
  if (context.has_input("crops")) {
    FACET_ASSIGN_OR_RETURN(*faces, PackedFaces::Open(context));
    given.faces = faces->get();
  }
  if (context.has_input("scores")) {
    FACET_ASSIGN_OR_RETURN(given.scores, ReadScores(context));
  }
  FACET_ASSIGN_OR_RETURN(std::shared_ptr<NameKeys> keys, NameKeys::Create());
  given.fold_name = [keys](const std::string& name) { return keys->Key(name); };
  given.progress = [&context](int64_t done, int64_t total, const std::string& unit,
                              const std::string& note) {
    context.Progress(done, total, unit, note);
    return !context.stop_requested();
  };
  given.ask = [&context](const std::string& sentence) { context.Ask(sentence); };
  return given;
}

// Reads a curator's images, in any thread.
class CuratedImages {
 public:
  absl::StatusOr<Image> Read(const std::string& folder, const std::string& path) {
    std::string remark;
    absl::StatusOr<Image> image = ReadImage(absl::StrCat(folder, "/", path), {}, &remark);
    if (image.ok() && remark.empty()) return image;
    const absl::MutexLock lock(&mutex_);
    if (absl::IsUnavailable(image.status())) fault_.Update(image.status());
    remarks_.Add(remark, path);
    return image;
  }
  // The first fault of the machine: a curator flags what it cannot read and goes on, and its
  // verdict on such an image would stay.
  absl::Status fault() const {
    const absl::MutexLock lock(&mutex_);
    return fault_;
  }
  std::vector<std::string> Notices() const {
    const absl::MutexLock lock(&mutex_);
    return remarks_.Notices(/*num_images=*/0);
  }

 private:
  mutable absl::Mutex mutex_;
  absl::Status fault_;
  ImageRemarks remarks_;
};

}  // namespace

absl::Status RunCurate(StageContext& context) {
  const std::string name = context.component_name("curator");
  FACET_ASSIGN_OR_RETURN(const std::unique_ptr<Curator> curator,
                         context.Create<Curator>("curator"));
  std::unique_ptr<PackedFaces> faces;
  FACET_ASSIGN_OR_RETURN(CurationContext given, MakeContext(context, &faces));
  CuratedImages images;
  given.read_image = [&images, folder = given.image_folder](const std::string& path) {
    return images.Read(folder, path);
  };
  absl::StatusOr<CurationResult> result = CallNamed(name, [&] { return curator->Curate(given); });
  FACET_RETURN_IF_ERROR(Annotate(images.fault(), name));
  if (!result.ok()) return result.status();
  FACET_RETURN_IF_ERROR(Annotate(CheckResult(*result), name));
  if (!std::filesystem::is_regular_file(context.output_dir() + "/manifest.sqlite")) {
    return Annotate(Broken("it wrote no manifest.sqlite"), name);
  }
  for (const std::string& notice : images.Notices()) context.Notice(notice);
  return WriteResult(context, *result, given.image_folder);
}

}  // namespace facet
