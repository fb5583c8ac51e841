#include <algorithm>
#include <functional>
#include <map>
#include <memory>
#include <numeric>
#include <optional>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/strip.h"
#include "core/base/file.h"
#include "core/base/json_lines.h"
#include "core/image/contact_sheet.h"
#include "core/image/image_io.h"
#include "core/pipeline/sample_images.h"
#include "core/records/crops.h"
#include "core/records/faces.h"
#include "core/records/record_lines.h"
#include "core/records/samples.h"
#include "core/stages/preview/people.h"
#include "core/stages/preview/preview.h"
#include "core/stages/preview/settings.h"
#include "core/stages/preview/triplets.h"
#include "core/training/crop_set.h"

namespace facet {
namespace {

constexpr int kTileSidePx = 200, kColumns = 8;
constexpr int64_t kMaxMegapixels = 1000;  // what earlier stages read, this one reads too

// `count` of `total` indices, ascending.
std::vector<int64_t> Draw(int64_t total, int64_t count, uint64_t seed) {
  std::vector<int64_t> indices(static_cast<size_t>(total));
  std::iota(indices.begin(), indices.end(), 0);
  Random(seed).Shuffle(indices);
  indices.resize(static_cast<size_t>(std::min(total, count)));
  std::sort(indices.begin(), indices.end());
  return indices;
}

// The records of the lines `drawn`.
template <class Record>
absl::StatusOr<std::vector<Record>> ReadDrawn(const std::string& path,
                                              absl::StatusOr<Record> (*parse)(const Json&),
                                              const std::vector<int64_t>& drawn) {
  RecordReader<Record> stream(path, parse);
  std::vector<Record> records;
  int64_t line = 0;
  while (records.size() < drawn.size()) {
    FACET_ASSIGN_OR_RETURN(std::optional<Record> record, stream.Next());
    if (!record) return absl::DataLossError(absl::StrCat(path, " has only ", line, " lines"));
    if (line++ == drawn[records.size()]) records.push_back(*std::move(record));
  }
  return records;
}

// Whose picture it is, and its file below the folder of that identity.
SheetCaption CaptionOf(const Sample& sample, const std::string& note) {
  const absl::string_view path = sample.path.empty() ? sample.key : sample.path;
  const absl::string_view file = absl::StripPrefix(path, absl::StrCat(sample.identity, "/"));
  return {sample.identity, std::string(file), note};
}

// Whose each sample is, in the order in which people first occur.
absl::StatusOr<std::vector<int64_t>> PeopleOfSamples(const StageContext& context) {
  FACET_ASSIGN_OR_RETURN(const std::string path, context.InputFile("samples", "samples.jsonl"));
  RecordReader<Sample> stream(path, &SampleFromJson);
  std::map<std::string, int64_t> numbers;
  std::vector<int64_t> people;
  while (true) {
    FACET_ASSIGN_OR_RETURN(const std::optional<Sample> sample, stream.Next());
    if (!sample) return people;
    const auto next = static_cast<int64_t>(numbers.size());
    people.push_back(numbers.emplace(sample->identity, next).first->second);
  }
}

bool ShowsFace(const FaceRecord& record) { return HasFace(record); }
bool ShowsFace(const AlignmentRecord&) { return true; }

// The lines of a file that are shown: a list for each line of the sheet.
using Chosen = std::vector<std::vector<int64_t>>;

absl::StatusOr<Chosen> ChoosePeople(const StageContext& context, const PreviewSettings& settings,
                                    const std::vector<int64_t>& sample_of_line) {
  FACET_ASSIGN_OR_RETURN(const std::vector<int64_t> people, PeopleOfSamples(context));
  std::vector<int64_t> person;
  for (const int64_t sample : sample_of_line) {
    if (sample >= static_cast<int64_t>(people.size())) {
      return absl::DataLossError(
          absl::StrCat("a face is of sample ", sample, " of ", people.size()));
    }
    person.push_back(sample < 0 ? -1 : people[static_cast<size_t>(sample)]);
  }
  return DrawPeople(person, settings.people, settings.faces, static_cast<uint64_t>(settings.seed));
}

template <class Record>
absl::StatusOr<Chosen> Choose(const StageContext& context, const PreviewSettings& settings,
                              const std::string& path,
                              absl::StatusOr<Record> (*parse)(const Json&)) {
  if (settings.people == 0) {
    FACET_ASSIGN_OR_RETURN(const int64_t total, CountLines(path));
    return Chosen{Draw(total, settings.count, static_cast<uint64_t>(settings.seed))};
  }
  RecordReader<Record> stream(path, parse);
  std::vector<int64_t> samples;
  while (true) {
    FACET_ASSIGN_OR_RETURN(const std::optional<Record> record, stream.Next());
    if (!record) return ChoosePeople(context, settings, samples);
    samples.push_back(ShowsFace(*record) ? record->sample : -1);
  }
}

// Where a line of people is shorter than the others.
void FillLine(const PreviewSettings& settings, size_t shown, ContactPage* sheet) {
  if (settings.people == 0) return;
  for (auto i = static_cast<int64_t>(shown); i < settings.faces; ++i) {
    sheet->Add(Tile(Image(), sheet->tile_side_px()), {}, kGreen);
  }
}

// The sheet's share of a stage that has one record for a sample, in the samples' order.
template <class Record>
absl::Status AddSamples(StageContext& context, const PreviewSettings& settings,
                        const std::string& port, const std::string& file,
                        absl::StatusOr<Record> (*parse)(const Json&),
                        const std::function<void(const Image&, const Sample&, const Record&)>& add,
                        ContactPage* sheet) {
  FACET_ASSIGN_OR_RETURN(const std::string path, context.InputFile(port, file));
  FACET_ASSIGN_OR_RETURN(const std::string samples_path,
                         context.InputFile("samples", "samples.jsonl"));
  FACET_ASSIGN_OR_RETURN(const Chosen chosen, Choose(context, settings, path, parse));
  std::vector<int64_t> lines;
  for (const std::vector<int64_t>& each : chosen) {
    lines.insert(lines.end(), each.begin(), each.end());
  }
  std::sort(lines.begin(), lines.end());
  FACET_ASSIGN_OR_RETURN(const std::vector<Record> records, ReadDrawn(path, parse, lines));
  std::vector<int64_t> indices;
  for (const Record& record : records) indices.push_back(record.sample);
  FACET_ASSIGN_OR_RETURN(const std::vector<Sample> samples,
                         ReadDrawn(samples_path, &SampleFromJson, indices));
  FACET_ASSIGN_OR_RETURN(const SampleImages images, SampleImages::Open(context, kMaxMegapixels));
  int64_t done = 0;
  for (const std::vector<int64_t>& each : chosen) {
    for (const int64_t line : each) {
      const auto i =
          static_cast<size_t>(std::lower_bound(lines.begin(), lines.end(), line) - lines.begin());
      const absl::StatusOr<Image> image = images.Read(indices[i], samples[i]);
      add(image.ok() ? *image : Image(), samples[i], records[i]);
      context.Progress(++done, static_cast<int64_t>(lines.size()), "images");
    }
    FillLine(settings, each.size(), sheet);
  }
  return absl::OkStatus();
}

void AddFace(const Image& image, const Sample& sample, const FaceRecord& record,
             ContactPage* sheet) {
  using State = FaceRecord::State;
  Tile tile(image, sheet->tile_side_px());
  std::string caption;
  SheetColour colour = kGreen;
  if (record.state == State::kFound) {
    const Face& face = record.face;
    caption = absl::StrFormat("%s, score %.2f", std::string(PoseName(face.pose)), face.score);
    if (record.num_found > 1) absl::StrAppend(&caption, ", 1 of ", record.num_found);
    if (face.pose == Pose::kLeft || face.pose == Pose::kRight) colour = kBlue;
  } else {
    colour = record.state == State::kFallback ? kYellow : kRed;
    caption = record.state == State::kFallback ? "no face: central box" : record.reason;
  }
  if (record.state == State::kFound || record.state == State::kFallback) {
    tile.DrawBox(record.face.box, colour);
    tile.DrawPoints(record.face.landmarks.points, kRed);
  }
  sheet->Add(tile, CaptionOf(sample, caption), colour);
}

void AddFrame(const Image& image, const Sample& sample, const AlignmentRecord& record,
              ContactPage* sheet) {
  const Alignment& alignment = record.alignment;
  const SheetColour colour = alignment.aligned ? kGreen : kYellow;
  Tile tile(image, sheet->tile_side_px());
  tile.DrawCrop(alignment, colour);
  tile.DrawPoints(alignment.landmarks.points, kRed);
  sheet->Add(tile,
             CaptionOf(sample, alignment.aligned ? absl::StrFormat("aligned, confidence %.3g",
                                                                   alignment.confidence)
                                                 : "box alone"),
             colour);
}

struct ShownCrop {
  int64_t row;
  std::string note;
  const SheetColour* colour;  // null: by how it was aligned
};

// Crops know the numbers of their samples; the samples' records know the files.
absl::StatusOr<std::map<int64_t, Sample>> SamplesOf(const StageContext& context,
                                                    const CropSet& crops,
                                                    const std::vector<ShownCrop>& shown) {
  std::map<int64_t, Sample> samples;
  for (const ShownCrop& crop : shown) {
    if (crop.row < 0 || crop.row >= crops.size()) {
      return absl::DataLossError(absl::StrCat("there is no crop ", crop.row, " of ", crops.size()));
    }
    samples[crops.records()[static_cast<size_t>(crop.row)].sample];
  }
  std::vector<int64_t> indices;
  for (const auto& [index, sample] : samples) indices.push_back(index);
  FACET_ASSIGN_OR_RETURN(const std::string path, context.InputFile("samples", "samples.jsonl"));
  FACET_ASSIGN_OR_RETURN(std::vector<Sample> records, ReadDrawn(path, &SampleFromJson, indices));
  for (size_t i = 0; i < indices.size(); ++i) samples[indices[i]] = std::move(records[i]);
  return samples;
}

absl::StatusOr<std::unique_ptr<CropSet>> OpenCrops(StageContext& context) {
  FACET_ASSIGN_OR_RETURN(const std::string crops, context.InputFile("crops", "crops.mdb"));
  FACET_ASSIGN_OR_RETURN(const std::string records, context.InputFile("crops", "crops.jsonl"));
  return CropSet::Open(crops, records, context.threads(), /*memory_bytes=*/0);
}

absl::Status ShowCrops(const StageContext& context, const CropSet& crops,
                       const std::vector<ShownCrop>& shown, ContactPage* sheet) {
  FACET_ASSIGN_OR_RETURN(const auto samples, SamplesOf(context, crops, shown));
  for (const ShownCrop& crop : shown) {
    Image scratch;
    FACET_ASSIGN_OR_RETURN(const Image* const image, crops.Get(crop.row, &scratch));
    const CropRecord& record = crops.records()[static_cast<size_t>(crop.row)];
    const std::string note = absl::StrCat(crop.note, crop.note.empty() ? "" : ", ",
                                          record.aligned ? "aligned" : "box alone");
    const SheetColour& colour = crop.colour != nullptr ? *crop.colour
                                : record.aligned       ? kGreen
                                                       : kYellow;
    sheet->Add(Tile(*image, sheet->tile_side_px()), CaptionOf(samples.at(record.sample), note),
               colour);
  }
  return absl::OkStatus();
}

absl::Status AddCrops(StageContext& context, const PreviewSettings& settings, ContactPage* sheet) {
  FACET_ASSIGN_OR_RETURN(const std::unique_ptr<CropSet> crops, OpenCrops(context));
  Chosen chosen;
  if (settings.people == 0) {
    chosen = {Draw(crops->size(), settings.count, static_cast<uint64_t>(settings.seed))};
  } else {
    std::vector<int64_t> samples;
    for (const CropRecord& record : crops->records()) samples.push_back(record.sample);
    FACET_ASSIGN_OR_RETURN(chosen, ChoosePeople(context, settings, samples));
  }
  for (const std::vector<int64_t>& each : chosen) {
    std::vector<ShownCrop> shown;
    for (const int64_t row : each) shown.push_back({row, "", nullptr});
    FACET_RETURN_IF_ERROR(ShowCrops(context, *crops, shown, sheet));
    FillLine(settings, each.size(), sheet);
  }
  return absl::OkStatus();
}

absl::Status AddTriplets(StageContext& context, const PreviewSettings& settings,
                         ContactPage* sheet) {
  FACET_ASSIGN_OR_RETURN(const std::unique_ptr<CropSet> crops, OpenCrops(context));
  FACET_ASSIGN_OR_RETURN(
      const std::vector<MinedTuple> mined,
      MineForPreview(context, settings.count, static_cast<uint64_t>(settings.seed)));
  std::vector<ShownCrop> shown;
  for (const MinedTuple& tuple : mined) {
    sheet->GroupBy(static_cast<int>(tuple.rows.size()));
    for (size_t i = 0; i < tuple.rows.size(); ++i) {
      const bool positive = tuple.rows.size() == 3 ? i == 1 : tuple.genuine;
      const std::string note =
          i == 0 ? "anchor"
                 : absl::StrFormat("%s, d = %.3f", positive ? "positive" : "negative",
                                   tuple.distances[i - 1]);
      shown.push_back({tuple.rows[i], note, i == 0 ? &kBlue : positive ? &kGreen : &kRed});
    }
  }
  return ShowCrops(context, *crops, shown, sheet);
}

absl::Status Fill(StageContext& context, const PreviewSettings& settings, ContactPage* sheet) {
  if (settings.what == "detect") {
    return AddSamples<FaceRecord>(
        context, settings, "faces", "faces.jsonl", &FaceRecordFromJson,
        [&](const Image& image, const Sample& sample, const FaceRecord& record) {
          AddFace(image, sample, record, sheet);
        },
        sheet);
  }
  if (settings.what == "align") {
    return AddSamples<AlignmentRecord>(
        context, settings, "alignments", "alignments.jsonl", &AlignmentRecordFromJson,
        [&](const Image& image, const Sample& sample, const AlignmentRecord& record) {
          AddFrame(image, sample, record, sheet);
        },
        sheet);
  }
  return settings.what == "crops" ? AddCrops(context, settings, sheet)
                                  : AddTriplets(context, settings, sheet);
}

}  // namespace

absl::Status RunPreview(StageContext& context) {
  FACET_ASSIGN_OR_RETURN(const PreviewSettings settings,
                         ReadOptions<PreviewSettings>(Dump(context.settings())));
  // Tuples lie side by side: triplets two to a line, pairs three.
  const bool triplets = settings.what == "triplets";
  const auto faces = static_cast<int>(settings.faces);
  ContactPage sheet(triplets ? 6 : settings.people > 0 ? faces : kColumns, kTileSidePx);
  FACET_RETURN_IF_ERROR(Fill(context, settings, &sheet));
  if (sheet.empty()) {
    return absl::FailedPreconditionError(absl::StrCat(
        "there is nothing to show: ", settings.what == "triplets"
                                          ? "the miner found no tuples in these descriptors"
                                          : "the stage has no faces"));
  }
  std::string notice;
  FACET_ASSIGN_OR_RETURN(const std::string png, EncodePng(sheet.Render(&notice)));
  if (!notice.empty()) context.Notice(notice);
  return WriteFileAtomically(context.output_dir() + "/preview.png", png);
}

}  // namespace facet
