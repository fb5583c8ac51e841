// MTCNN: three small networks, each of which looks at what the one before it found.
//
// In:  an image. P-Net slides over its pyramid, R-Net and O-Net see crops of 24 and 48 px; all get
//      (value - 127.5) / 128. Longer images are scaled down to `max_side_px`.
// Out: upright rectangles, which BoxConvention's defaults make canonical; score in [0, 1], O-Net's;
//      points5 in the image's left-to-right order; pose from these: frontal, or a profile where
//      they say that the face is turned by more than `profile_deg` (five_point_pose.h).
// Each stage keeps what scores above its threshold, moves boxes by the network's regression,
// suppresses overlapping ones and squares the rest; after O-Net a box inside another one goes too.
// Two kinds of Caffe files go around. Those that were trained again (prototxt: name "pNet", "rNet",
// "oNet") want BGR and give x, y of each point: the defaults. The authors' own ("PNet", ...) were
// trained in MATLAB: channel_order = "rgb", transposed = true, landmark_order = "xx_yy". With the
// wrong order of channels a third of the faces is missed. Outputs are told apart by their number of
// channels, so layers may have any names.
// Errors: NotFound a file that is missing; InvalidArgument a file that is no Caffe network, or one
//      whose outputs are not those of its stage, naming the file.
// Example: detector = { use = "mtcnn", p_net = "det1.caffemodel", p_layers = "det1.prototxt",
//                       r_net = "det2.caffemodel", r_layers = "det2.prototxt",
//                       o_net = "det3.caffemodel", o_layers = "det3.prototxt" }
// Source: Zhang, Zhang, Li, Qiao: "Joint face detection and alignment using multitask cascaded
//      convolutional networks", IEEE SPL 2016; thresholds and overlaps of the authors' release.
#include <algorithm>
#include <array>
#include <cmath>
#include <memory>
#include <string>
#include <vector>

#include "core/api/detector.h"
#include "plugins/detectors/canonical_boxes.h"
#include "plugins/detectors/five_point_pose.h"
#include "plugins/detectors/image_from_scaled.h"
#include "plugins/detectors/mtcnn_network.h"
#include "plugins/detectors/suppression.h"
#include "plugins/opencv/opencv.h"

namespace facet {
namespace {

struct Options {
  std::string p_net, r_net, o_net, p_layers, r_layers, o_layers;
  std::vector<double> thresholds = {0.6, 0.7, 0.7};
  double scale_factor = 0.709;
  int64_t min_side_px = 20;
  int64_t max_side_px = 1280;
  double profile_deg = 27;  // 35 of the truth: see five_point_pose.h
  MtcnnFormat format;
  BoxConvention convention = kMtcnnBox;

  void Visit(OptionVisitor& v) {
    v("p_net", p_net, Required(InputFile()), "det1.caffemodel");
    v("r_net", r_net, Required(InputFile()), "det2.caffemodel");
    v("o_net", o_net, Required(InputFile()), "det3.caffemodel");
    v("p_layers", p_layers, Required(InputFile()), "det1.prototxt");
    v("r_layers", r_layers, Required(InputFile()), "det2.prototxt");
    v("o_layers", o_layers, Required(InputFile()), "det3.prototxt");
    v("thresholds", thresholds, Range(0, 1), "lowest scores of P-Net, R-Net and O-Net");
    v("scale_factor", scale_factor, Range(0.1, 0.95), "between levels of the pyramid [1]");
    v("min_side_px", min_side_px, Range(12, 1000), "smallest face");
    v("max_side_px", max_side_px, Range(32, 8192), "longer images are scaled down for the search");
    v("profile_deg", profile_deg, Range(0, 90),
      "a face that its points say to be turned farther is a profile [degrees]");
    v("channel_order", format.channel_order, OneOf({"bgr", "rgb"}), "of what the networks see");
    v("transposed", format.transposed, Any(),
      "the networks see the image mirrored at its diagonal");
    v("landmark_order", format.landmark_order, OneOf({"xy", "xx_yy"}),
      "of O-Net's ten numbers: x, y of each point, or all x and then all y");
    convention.Visit(v);
  }
};

// Boxes between pixel edges (the image's corner is at 0) of the searched image.
struct Candidate {
  Box box;
  double score = 0.0;
  std::array<double, 4> shift = {};  // of left, top, right, bottom [box sides]
  std::vector<Point> points;
};

void Refine(std::vector<Candidate>* candidates) {
  for (Candidate& each : *candidates) {
    Box& box = each.box;
    const double left = box.x + each.shift[0] * box.width;
    const double top = box.y + each.shift[1] * box.height;
    const double right = box.x + box.width + each.shift[2] * box.width;
    const double bottom = box.y + box.height + each.shift[3] * box.height;
    box = {left, top, right - left, bottom - top};
  }
  candidates->erase(
      std::remove_if(candidates->begin(), candidates->end(),
                     [](const Candidate& c) { return !(c.box.width >= 1 && c.box.height >= 1); }),
      candidates->end());
}

Box Squared(const Box& box) {
  const double side = std::max(box.width, box.height);
  return {box.Centre().x - side / 2, box.Centre().y - side / 2, side, side};
}

class Mtcnn final : public Detector {
 public:
  static absl::StatusOr<std::unique_ptr<Mtcnn>> Create(const Options& options) {
    if (options.thresholds.size() != 3) {
      return absl::InvalidArgumentError(
          absl::StrCat("thresholds has ", options.thresholds.size(),
                       " values; it takes those of P-Net, R-Net and O-Net"));
    }
    std::unique_ptr<Mtcnn> made(new Mtcnn(options));
    FACET_ASSIGN_OR_RETURN(made->p_net_, MtcnnNetwork::Load(options.p_net, options.p_layers, 12,
                                                            false, options.format));
    FACET_ASSIGN_OR_RETURN(made->r_net_, MtcnnNetwork::Load(options.r_net, options.r_layers, 24,
                                                            false, options.format));
    FACET_ASSIGN_OR_RETURN(made->o_net_, MtcnnNetwork::Load(options.o_net, options.o_layers, 48,
                                                            true, options.format));
    return made;
  }

  BoxConvention convention() const override { return options_.convention; }

  absl::StatusOr<std::vector<Face>> Detect(const Image& image, const Sample&) override {
    try {
      const double longer = std::max(1, std::max(image.width, image.height));
      const double scale = std::min(1.0, static_cast<double>(options_.max_side_px) / longer);
      const cv::Mat searched = Scaled(View(image), scale);
      std::vector<Candidate> found = Propose(searched);
      found = Judge(r_net_, options_.thresholds[1], searched, found);
      KeepBestOfOverlapping(0.7, OverlapOver::kUnion, &found);
      Refine(&found);
      found = Judge(o_net_, options_.thresholds[2], searched, found);
      Refine(&found);
      KeepBestOfOverlapping(0.7, OverlapOver::kSmaller, &found);
      return Faces(found, ImageFromScaled(image, searched));
    } catch (const cv::Exception& error) {
      return OpenCvError("mtcnn", error);
    }
  }

 private:
  explicit Mtcnn(const Options& options) : options_(options) {}

  // P-Net on each level: every cell of its output is a window of 12 px, 2 px after the one before.
  std::vector<Candidate> Propose(const cv::Mat& image) {
    std::vector<Candidate> all;
    const int shorter = std::min(image.cols, image.rows);
    for (double scale = 12.0 / static_cast<double>(options_.min_side_px); shorter * scale >= 12;
         scale *= options_.scale_factor) {
      const cv::Mat level = Scaled(image, scale);
      if (std::min(level.cols, level.rows) < 12) break;
      // Of the image in one of the level, whose sides are whole pixels.
      const double px_x = static_cast<double>(image.cols) / level.cols;
      const double px_y = static_cast<double>(image.rows) / level.rows;
      std::vector<Candidate> found;
      for (const MtcnnAnswer& answer : p_net_.Slide(level, options_.thresholds[0])) {
        found.push_back({{2 * answer.column * px_x, 2 * answer.row * px_y, 12 * px_x, 12 * px_y},
                         answer.score,
                         answer.shift,
                         {}});
      }
      KeepBestOfOverlapping(0.5, OverlapOver::kUnion, &found);
      all.insert(all.end(), found.begin(), found.end());
    }
    KeepBestOfOverlapping(0.7, OverlapOver::kUnion, &all);
    Refine(&all);
    return all;
  }

  std::vector<Candidate> Judge(MtcnnNetwork& network, double threshold, const cv::Mat& image,
                               const std::vector<Candidate>& candidates) {
    std::vector<Box> boxes;
    for (const Candidate& each : candidates) boxes.push_back(Squared(each.box));
    const std::vector<MtcnnAnswer> answers = network.Look(image, boxes);
    std::vector<Candidate> kept;
    for (size_t i = 0; i < boxes.size(); ++i) {
      // Negated, so that what is no number is no face.
      if (!(answers[i].score > threshold)) continue;
      Candidate each = {boxes[i], answers[i].score, answers[i].shift, {}};
      for (const Point& p : answers[i].points) {
        each.points.push_back(
            {boxes[i].x + p.x * boxes[i].width, boxes[i].y + p.y * boxes[i].height});
      }
      kept.push_back(std::move(each));
    }
    return kept;
  }

  std::vector<Face> Faces(const std::vector<Candidate>& found,
                          const ImageFromScaled& image_from_scaled) const {
    std::vector<Face> faces;
    for (const Candidate& each : found) {
      Face face;
      const Box& box = each.box;
      face.box = image_from_scaled(Box{box.x - 0.5, box.y - 0.5, box.width, box.height});
      face.score = each.score;
      face.landmarks.scheme = LandmarkScheme::kPoints5;
      for (const Point& p : each.points) {
        face.landmarks.points.push_back(image_from_scaled(Point{p.x - 0.5, p.y - 0.5}));
      }
      face.pose = PoseOfFivePoints(face.landmarks, options_.profile_deg);
      faces.push_back(std::move(face));
    }
    return faces;
  }

  const Options options_;
  MtcnnNetwork p_net_, r_net_, o_net_;
};

}  // namespace
}  // namespace facet

FACET_PLUGIN(
    facet::Detector, facet::Mtcnn, facet::Options, "mtcnn",
    "multi-task cascaded networks: boxes with five landmarks (the model files are options)",
    "Zhang, Zhang, Li, Qiao, IEEE SPL 2016")
