#include "plugins/manifest/tool.h"

#include <filesystem>
#include <map>
#include <memory>
#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "core/api/component.h"
#include "core/base/suggest.h"
#include "plugins/manifest/csv.h"

namespace facet {
namespace {

template <class... Parts>
absl::Status Unknown(const Parts&... parts) {
  return absl::OutOfRangeError(absl::StrCat(parts...));
}

// "1,234,567"
std::string Grouped(int64_t count) {
  std::string digits = absl::StrCat(count);
  for (int place = static_cast<int>(digits.size()) - 3; place > 0; place -= 3) {
    digits.insert(static_cast<size_t>(place), ",");
  }
  return digits;
}

std::string Counted(int64_t count, const std::string& one, const std::string& many) {
  return absl::StrCat(Grouped(count), " ", count == 1 ? one : many);
}

std::string CountsText(const ManifestCounts& counts) {
  return absl::StrCat(Counted(counts.identities, "person", "people"), ", ",
                      Grouped(counts.identities_with_images), " with images; ",
                      Counted(counts.images, "image", "images"));
}

// Fills a working file beside `out`, freezes it there, and removes it, whatever happens.
absl::Status WriteFrozen(
    const std::string& out,
    const std::function<absl::StatusOr<std::unique_ptr<Manifest>>(const std::string&)>& open,
    const std::function<absl::Status(Manifest*)>& fill) {
  std::error_code ignored;
  if (std::filesystem::exists(out, ignored)) {
    return absl::AlreadyExistsError(absl::StrCat(out, " is there already; choose another name"));
  }
  const std::string working = out + ".working";
  const auto remove = [&working] {
    std::error_code error;
    for (const char* suffix : {"", "-wal", "-shm", ".partial"}) {
      std::filesystem::remove(working + suffix, error);
    }
  };
  remove();
  const auto write = [&]() -> absl::Status {
    FACET_ASSIGN_OR_RETURN(const std::unique_ptr<Manifest> manifest, open(working));
    FACET_RETURN_IF_ERROR(fill(manifest.get()));
    // Seconds that the input has were kept on purpose.
    return manifest->Freeze(out, /*keep_seconds=*/true);
  };
  const absl::Status status = write();
  remove();
  return status;
}

absl::Status ChangeInCopy(const std::string& file, const std::string& out,
                          const std::function<absl::Status(Manifest*)>& change) {
  return WriteFrozen(
      out, [&file](const std::string& path) { return Manifest::CreateFrom(file, path); }, change);
}

// Marks of images or of people: (run, reason, removes) -> in force and undone.
struct MarkCounts {
  int64_t in_force = 0, undone = 0;
};
using MarksOfRuns = std::map<int64_t, std::vector<std::pair<std::string, MarkCounts>>>;

absl::StatusOr<MarksOfRuns> CountMarks(const Manifest& manifest, const std::string& table,
                                       const std::string& one, const std::string& many) {
  FACET_ASSIGN_OR_RETURN(
      SqliteStatement row,
      manifest.database().Prepare(absl::StrCat(
          "SELECT m.run, r.removes, r.reason, sum(m.undone = 0), sum(m.undone = 1) FROM ", table,
          " AS m JOIN reasons AS r ON r.id = m.reason GROUP BY m.run, m.reason ",
          "ORDER BY m.run, r.removes DESC, r.reason")));
  MarksOfRuns marks;
  for (;;) {
    FACET_ASSIGN_OR_RETURN(const bool found, row.Step());
    if (!found) return marks;
    const MarkCounts counts{row.Int(3), row.Int(4)};
    marks[row.Int(0)].emplace_back(
        absl::StrCat(row.Int(1) != 0 ? "removes " : "flags ", Counted(counts.in_force, one, many),
                     ": ", row.Text(2)),
        counts);
  }
}

// Images by the run that brought them.
absl::StatusOr<std::map<int64_t, int64_t>> CountBrought(const Manifest& manifest) {
  FACET_ASSIGN_OR_RETURN(SqliteStatement row,
                         manifest.database().Prepare("SELECT run, count(*) FROM images "
                                                     "WHERE run IS NOT NULL GROUP BY run"));
  std::map<int64_t, int64_t> brought;
  for (;;) {
    FACET_ASSIGN_OR_RETURN(const bool found, row.Step());
    if (!found) return brought;
    brought[row.Int(0)] = row.Int(1);
  }
}

std::string StateOf(const ManifestRun& run) {
  if (run.undone) return "undone";
  return run.finished ? "in force" : "not finished";
}

absl::StatusOr<std::string> ShowRuns(const Manifest& manifest) {
  FACET_ASSIGN_OR_RETURN(const std::vector<ManifestRun> runs, manifest.Runs());
  FACET_ASSIGN_OR_RETURN(const MarksOfRuns images,
                         CountMarks(manifest, "marks", "image", "images"));
  FACET_ASSIGN_OR_RETURN(const MarksOfRuns people,
                         CountMarks(manifest, "identity_marks", "person", "people"));
  FACET_ASSIGN_OR_RETURN(const auto brought, CountBrought(manifest));
  std::string text = runs.empty() ? "no runs\n" : "runs\n";
  for (const ManifestRun& run : runs) {
    absl::StrAppendFormat(&text, "  %d %s: %s", run.id, run.stage, StateOf(run));
    if (run.seconds.has_value()) absl::StrAppendFormat(&text, ", took %.0f s", *run.seconds);
    if (run.effort_seconds.value_or(0) > 0) {
      absl::StrAppendFormat(&text, ", people's effort %.2f h", *run.effort_seconds / 3600);
    }
    text += '\n';
    if (const auto own = brought.find(run.id); own != brought.end()) {
      absl::StrAppend(&text, "    brings ", Counted(own->second, "image", "images"), "\n");
    }
    for (const MarksOfRuns* marks : {&people, &images}) {
      const auto found = marks->find(run.id);
      if (found == marks->end()) continue;
      for (const auto& [line, counts] : found->second) {
        absl::StrAppend(
            &text, "    ", line,
            counts.undone > 0 ? absl::StrCat(" (undone: ", Grouped(counts.undone), ")") : "", "\n");
      }
    }
    if (run.settings != "{}") absl::StrAppend(&text, "    settings ", run.settings, "\n");
    if (run.statistics != "{}") absl::StrAppend(&text, "    statistics ", run.statistics, "\n");
  }
  return text;
}

// Of a run's marks of an image, with and without force.
absl::StatusOr<std::vector<std::string>> ReasonsOf(const Manifest& manifest, int64_t run,
                                                   int64_t image) {
  FACET_ASSIGN_OR_RETURN(
      SqliteStatement row,
      manifest.database().Prepare(
          "SELECT DISTINCT r.reason FROM marks AS m JOIN reasons AS r "
          "ON r.id = m.reason WHERE m.run = ? AND m.image = ? ORDER BY r.reason"));
  row.Bind(1, run);
  row.Bind(2, image);
  std::vector<std::string> reasons;
  for (;;) {
    FACET_ASSIGN_OR_RETURN(const bool found, row.Step());
    if (!found) return reasons;
    reasons.push_back(row.Text(0));
  }
}

absl::StatusOr<std::string> FindReason(const Manifest& manifest, int64_t run,
                                       const UndoRequest& request) {
  const int64_t image = *request.image;
  FACET_ASSIGN_OR_RETURN(const std::vector<std::string> reasons, ReasonsOf(manifest, run, image));
  if (reasons.empty()) return Unknown(request.file, ": run ", run, " does not mark image ", image);
  const std::string list = absl::StrCat("\"", absl::StrJoin(reasons, "\", \""), "\"");
  if (request.reason.empty()) {
    if (reasons.size() == 1) return reasons[0];
    return Unknown(request.file, ": run ", run, " marks image ", image,
                   " for several reasons; name one with --reason: ", list);
  }
  for (const std::string& reason : reasons) {
    if (reason == request.reason) return reason;
  }
  return Unknown(request.file, ": run ", run, " does not mark image ", image, " as \"",
                 request.reason, "\"; it marks it as ", list);
}

absl::Status CheckSnapshot(const Manifest& manifest, const std::string& name) {
  const absl::Status known = manifest.SnapshotRuns(name).status();
  return absl::IsNotFound(known) ? absl::OutOfRangeError(known.message()) : known;
}

}  // namespace

absl::StatusOr<std::string> ShowManifest(const std::string& file) {
  FACET_ASSIGN_OR_RETURN(const auto manifest, Manifest::OpenFrozen(file));
  FACET_ASSIGN_OR_RETURN(const ManifestCounts all, manifest->Counts(""));
  std::string text = absl::StrCat(file, "\n  ", CountsText(all), "\n");
  FACET_ASSIGN_OR_RETURN(const std::vector<std::string> names, manifest->Snapshots());
  text += names.empty() ? "no snapshots\n" : "snapshots\n";
  for (const std::string& name : names) {
    FACET_ASSIGN_OR_RETURN(const ManifestCounts counts, manifest->Counts(name));
    FACET_ASSIGN_OR_RETURN(const std::vector<int64_t> runs, manifest->SnapshotRuns(name));
    absl::StrAppend(&text, "  ", name, ": ", CountsText(counts), "; ",
                    runs.empty() ? "no runs" : absl::StrCat("runs ", absl::StrJoin(runs, ", ")),
                    "\n");
  }
  FACET_ASSIGN_OR_RETURN(const std::string runs, ShowRuns(*manifest));
  return text + runs;
}

absl::StatusOr<int64_t> FindRun(const Manifest& manifest, const std::string& run) {
  FACET_ASSIGN_OR_RETURN(const std::vector<ManifestRun> runs, manifest.Runs());
  int64_t number = -1;
  const bool is_number = absl::SimpleAtoi(run, &number);
  std::vector<std::string> known, stages;
  std::vector<int64_t> of_stage;
  for (const ManifestRun& each : runs) {
    if (is_number && each.id == number) return number;
    if (each.stage == run) of_stage.push_back(each.id);
    known.push_back(absl::StrCat(each.id, " ", each.stage));
    stages.push_back(each.stage);
  }
  if (of_stage.size() == 1) return of_stage[0];
  if (of_stage.size() > 1) {
    return Unknown(manifest.path(), " has several runs of \"", run,
                   "\"; name one by its number: ", absl::StrJoin(of_stage, ", "));
  }
  const std::string nearest = is_number ? "" : Nearest(run, stages);
  return Unknown(manifest.path(), " has no run \"", run,
                 "\"; it has: ", known.empty() ? "none" : absl::StrJoin(known, ", "),
                 nearest.empty() ? "" : absl::StrCat("; did you mean \"", nearest, "\"?"));
}

absl::Status UndoInCopy(const UndoRequest& request) {
  // What is asked is looked for in the input, before it is copied.
  FACET_ASSIGN_OR_RETURN(const auto input, Manifest::OpenFrozen(request.file));
  FACET_ASSIGN_OR_RETURN(const int64_t run, FindRun(*input, request.run));
  std::string reason;
  if (request.image.has_value()) {
    FACET_ASSIGN_OR_RETURN(reason, FindReason(*input, run, request));
  }
  return ChangeInCopy(request.file, request.out, [&](Manifest* manifest) {
    if (request.image.has_value()) {
      return manifest->SetUndone(run, *request.image, reason, request.undone);
    }
    return request.undone ? manifest->Undo(run) : manifest->Redo(run);
  });
}

absl::Status SnapshotInCopy(const std::string& file, const std::string& name,
                            const std::vector<std::string>& runs, const std::string& out) {
  FACET_ASSIGN_OR_RETURN(const auto input, Manifest::OpenFrozen(file));
  std::vector<int64_t> numbers;
  for (const std::string& run : runs) {
    FACET_ASSIGN_OR_RETURN(const int64_t number, FindRun(*input, run));
    numbers.push_back(number);
  }
  return ChangeInCopy(file, out,
                      [&](Manifest* manifest) { return manifest->DefineSnapshot(name, numbers); });
}

absl::Status ExportCsv(const std::string& file, const std::string& folder) {
  FACET_ASSIGN_OR_RETURN(const auto manifest, Manifest::OpenFrozen(file));
  return ExportManifestCsv(manifest.get(), folder);
}

absl::Status ImportCsv(const std::string& folder, const std::string& out) {
  return WriteFrozen(out, &Manifest::Create,
                     [&folder](Manifest* manifest) { return ImportManifestCsv(folder, manifest); });
}

absl::StatusOr<int64_t> ExportVggFaceLists(const std::string& file, const VggFaceExport& options,
                                           const std::string& folder) {
  FACET_ASSIGN_OR_RETURN(const auto manifest, Manifest::OpenFrozen(file));
  FACET_RETURN_IF_ERROR(CheckSnapshot(*manifest, options.full));
  FACET_RETURN_IF_ERROR(CheckSnapshot(*manifest, options.curated));
  return ExportVggFace(*manifest, options, folder);
}

absl::Status ImportVggFaceLists(const std::string& folder, const std::string& out) {
  return WriteFrozen(out, &Manifest::Create, [&folder](Manifest* manifest) {
    return ImportVggFace(folder, manifest).status();
  });
}

}  // namespace facet
