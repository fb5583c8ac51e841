#include "plugins/curators/made_noise/synthetic_web_files.h"

#include <algorithm>
#include <filesystem>
#include <map>
#include <vector>

#include "absl/strings/str_cat.h"
#include "core/base/file.h"
#include "core/base/json.h"
#include "core/base/random.h"
#include "core/base/status.h"
#include "plugins/curators/made_noise/no_face_image.h"
#include "plugins/curators/made_noise/web_noise.h"
#include "plugins/curators/stage/files.h"
#include "plugins/curators/stage/summary.h"
#include "plugins/lists/csv.h"

namespace facet {
namespace {

constexpr size_t kResultsPerPage = 20;
constexpr int kPageJpegQuality = 92;

std::string CsvLine(const std::vector<std::string>& fields) {
  std::string line;
  for (const std::string& field : fields) {
    absl::StrAppend(&line, line.empty() ? "" : ",", CsvField(field));
  }
  return line + "\n";
}

absl::Status WriteLists(const WebPlan& plan, const std::string& folder) {
  for (const WebList& list : plan.lists) {
    if (list.name == "press") {  // of another kind, as lists of different sources are
      FACET_RETURN_IF_ERROR(WriteFileAtomically(absl::StrCat(folder, "/lists/", list.name, ".json"),
                                                DumpPretty(Json(list.names))));
      continue;
    }
    std::string text = "rank,name\n";
    for (size_t rank = 0; rank < list.names.size(); ++rank) {
      text += CsvLine({absl::StrCat(rank), list.names[rank]});
    }
    FACET_RETURN_IF_ERROR(
        WriteFileAtomically(absl::StrCat(folder, "/lists/", list.name, ".csv"), text));
  }
  return absl::OkStatus();
}

std::string FactsText(const WebPlan& plan) {
  const char* const professions[] = {"actor", "singer", "presenter", "athlete", "politician"};
  std::string text = "name,sex,profession,born\n";
  for (const WebPerson& person : plan.people) {
    if (!person.has_facts) continue;
    Random random(DeriveSeed(person.identity_seed, "facts"));
    for (int row = 0; row <= person.listed_twice; ++row) {
      text += CsvLine({person.name.name, person.sex, professions[random.Index(5)],
                       absl::StrCat(1940 + random.Index(60))});
    }
  }
  return text;
}

std::string VotesText(const WebPlan& plan) {
  std::string text = "name,sheet,annotator,shown,right\n";
  for (const SheetVote& vote : plan.votes) {
    text += CsvLine({vote.name, absl::StrCat(vote.sheet), vote.annotator, absl::StrCat(vote.shown),
                     absl::StrCat(vote.right)});
  }
  return text;
}

absl::Status WriteEngines(const WebPlan& plan, const std::string& folder) {
  std::map<std::string, std::string> texts;
  for (const WebAnswer& answer : plan.answers) {
    for (size_t begin = 0; begin == 0 || begin < answer.images.size(); begin += kResultsPerPage) {
      Json page = {{"engine", answer.engine}, {"query", answer.query}, {"offset", begin}};
      page["results"] = Json::array();
      for (size_t i = begin; i < std::min(begin + kResultsPerPage, answer.images.size()); ++i) {
        const WebImage& image = plan.images[static_cast<size_t>(answer.images[i])];
        page["results"].push_back({{"url", image.Url()}, {"page", "http://" + image.host + "/"}});
      }
      absl::StrAppend(&texts[answer.engine], Dump(page), "\n");
    }
  }
  for (const auto& [engine, text] : texts) {
    FACET_RETURN_IF_ERROR(
        WriteFileAtomically(absl::StrCat(folder, "/engines/", engine, ".json"), text));
  }
  return absl::OkStatus();
}

std::string TruthText(const WebPlan& plan) {
  const char* const answers[] = {"jpeg", "html", "truncated", "missing"};
  std::string text = "url,name,what,original,detail,answer\n";
  for (const WebImage& image : plan.images) {
    const std::string& name = plan.people[static_cast<size_t>(image.person)].name.name;
    const std::string answer = answers[static_cast<size_t>(image.answer)];
    const auto add = [&](const std::string& what, const std::string& original,
                         const std::string& detail) {
      text += CsvLine({image.Url(), name, what, original, detail, answer});
    };
    if (image.no_face_seed) {
      add(kTruthNoFace, "", NoFaceKind(*image.no_face_seed));
    } else if (!image.wrong.empty()) {
      add(kTruthWrongPerson, "", image.wrong);
    }
    if (image.original >= 0) {
      add(image.exact ? kTruthExactDuplicate : kTruthNearDuplicate,
          plan.images[static_cast<size_t>(image.original)].Url(), image.changes);
    } else if (image.IsRight()) {
      add("", "", "");
    }
  }
  return text;
}

}  // namespace

absl::Status WriteWebTexts(const WebPlan& plan, const std::string& folder) {
  for (const char* name : {"/lists", "/engines", "/mirror"}) {
    std::error_code error;
    std::filesystem::create_directories(folder + name, error);
    if (error) {
      return absl::ErrnoToStatus(error.value(),
                                 absl::StrCat("cannot make the folder ", folder, name));
    }
  }
  std::string excluded = "# People of a benchmark, who must not be trained on.\n";
  for (const std::string& name : plan.excluded) absl::StrAppend(&excluded, name, "\n");
  FACET_RETURN_IF_ERROR(WriteLists(plan, folder));
  FACET_RETURN_IF_ERROR(WriteEngines(plan, folder));
  FACET_RETURN_IF_ERROR(WriteFileAtomically(folder + "/facts.csv", FactsText(plan)));
  FACET_RETURN_IF_ERROR(WriteFileAtomically(folder + "/votes.csv", VotesText(plan)));
  FACET_RETURN_IF_ERROR(WriteFileAtomically(folder + "/exclude.txt", excluded));
  return WriteFileAtomically(folder + "/truth.csv", TruthText(plan));
}

std::string MirrorPath(const WebImage& image) {
  return absl::StrCat("mirror/", image.host, image.path);
}

absl::Status WriteWebAnswer(const WebImage& image, const WebOptions& options,
                            const std::string& folder) {
  using Answer = WebImage::Answer;
  if (image.answer == Answer::kMissing) return absl::OkStatus();
  const std::string path = absl::StrCat(folder, "/", MirrorPath(image));
  std::error_code error;
  if (std::filesystem::file_size(path, error) > 0 && !error) return absl::OkStatus();
  if (image.answer == Answer::kHtml) {
    return WriteImageFile(path,
                          "<!DOCTYPE html>\n<html><head><title>Gone</title></head><body>"
                          "This picture has moved.</body></html>\n");
  }
  std::string bytes = EncodeJpeg(PaintWebImage(image, options), kPageJpegQuality);
  if (image.answer == Answer::kTruncated) bytes.resize(bytes.size() / 2);
  return WriteImageFile(path, bytes);
}

}  // namespace facet
