#include "plugins/detectors/cascade_detector.h"

#include <algorithm>
#include <cmath>

#include "plugins/opencv/opencv.h"

namespace facet {

void CascadeDetectorOptions::Visit(OptionVisitor& v) {
  v("frontal", frontal, InputFile(), "cascade of frontal faces");
  v("profile", profile, InputFile(), "cascade of faces turned to one side; empty: none");
  v("profile_if", profile_if, OneOf({"missing", "always"}),
    "search for profiles only where there is no frontal face, or always");
  v("scale_factor", scale_factor, Range(1.01, 2), "between the sizes of the search window [1]");
  v("min_neighbours", min_neighbours, Range(0, 100), "overlapping windows that must agree");
  v("min_side", min_side, Range(0, 1), "smallest face [shorter image sides]");
  v("max_overlap", max_overlap, Range(0, 1), "of two faces: intersection over union");
  convention.Visit(v);
}

absl::StatusOr<CascadeDetector> CascadeDetector::Create(const CascadeDetectorOptions& options,
                                                        const CascadeFacts& facts) {
  if (options.frontal.empty()) {
    return absl::InvalidArgumentError("frontal must name a cascade file");
  }
  FACET_ASSIGN_OR_RETURN(Cascade frontal, Cascade::Load(options.frontal));
  std::optional<Cascade> profile;
  if (!options.profile.empty()) {
    FACET_ASSIGN_OR_RETURN(profile, Cascade::Load(options.profile));
  }
  return CascadeDetector(options, facts, std::move(frontal), std::move(profile));
}

absl::StatusOr<std::vector<Face>> CascadeDetector::Detect(const Image& image) {
  cv::Mat grey = Grey(image);
  std::vector<Face> faces;
  FACET_RETURN_IF_ERROR(Search(frontal_, grey, Pose::kFrontal, &faces));
  if (!profile_ || (options_.profile_if == "missing" && !faces.empty())) return faces;
  const Pose seen = facts_.profile_sees;
  std::vector<Face> turned, mirrored;
  FACET_RETURN_IF_ERROR(Search(*profile_, grey, seen, &turned));
  cv::flip(grey, grey, 1);
  FACET_RETURN_IF_ERROR(
      Search(*profile_, grey, seen == Pose::kLeft ? Pose::kRight : Pose::kLeft, &mirrored));
  for (Face& face : mirrored) {
    // At the image's middle: pixel x was pixel width - 1 - x.
    face.box.x = image.width - 1 - face.box.x - face.box.width;
    turned.push_back(std::move(face));
  }
  std::stable_sort(turned.begin(), turned.end(),
                   [](const Face& a, const Face& b) { return a.score > b.score; });
  for (Face& face : turned) AddUnlessCovered(std::move(face), &faces);
  return faces;
}

absl::Status CascadeDetector::Search(Cascade& cascade, const cv::Mat& grey, Pose pose,
                                     std::vector<Face>* faces) {
  CascadeSearch search;
  search.score = facts_.score;
  search.scale_factor = options_.scale_factor;
  search.min_neighbours = static_cast<int>(options_.min_neighbours);
  search.min_side_px =
      static_cast<int>(std::lround(options_.min_side * std::min(grey.cols, grey.rows)));
  FACET_ASSIGN_OR_RETURN(const std::vector<CascadeHit> hits, cascade.Find(grey, search));
  for (const CascadeHit& hit : hits) {
    Face face;
    face.box =
        pose == Pose::kFrontal ? hit.box : ApplyConvention(facts_.profile_to_frontal, hit.box);
    face.score = hit.score;
    face.pose = pose;
    AddUnlessCovered(std::move(face), faces);
  }
  return absl::OkStatus();
}

void CascadeDetector::AddUnlessCovered(Face face, std::vector<Face>* faces) const {
  const bool covered = std::any_of(faces->begin(), faces->end(), [&](const Face& other) {
    return IntersectionOverUnion(face.box, other.box) > options_.max_overlap;
  });
  if (!covered) faces->push_back(std::move(face));
}

}  // namespace facet
