// Verification of templates of many images, as on YouTube Faces: a template is a video, its
// descriptor the mean over its K frames with the highest landmark confidence (Parkhi et al. 2015,
// section 5.2; K = 100 in their Table 6).
//
// In:  descriptors of the frames, pooled by the host; pairs with folds (kFolds) or a split.
// Out: as `verification`. A template of fewer than K frames is the mean of all; where the aligner
//      gives no confidences (0 for all), its first K frames count.
//
// The paper does not say whether the frames' descriptors are l2-normalised before the mean:
// `normalize_frames`. Their mean is normalised as `normalize` says, like an image's descriptor.
// Errors: those of `verification`.
//
// Example:  evaluator = { use = "template_verification", top_k = 50 }
#include "plugins/evaluators/verification_evaluation.h"

namespace {

struct Options : facet::VerificationOptions {
  int64_t top_k = 100;
  bool normalize_frames = false;
  void Visit(facet::OptionVisitor& v) {
    v("top_k", top_k, facet::AtLeast(0),
      "frames of a template that count, by landmark confidence; 0: all; paper: 25, 50, 100");
    v("normalize_frames", normalize_frames, facet::Any(),
      "l2-normalise each frame's descriptor before the mean");
    facet::VerificationOptions::Visit(v);
  }
};

class TemplateVerification final : public facet::Evaluator {
 public:
  explicit TemplateVerification(const Options& options) : options_(options) {}

  facet::TemplatePooling pooling() const override {
    return {options_.top_k, options_.normalize_frames};
  }

  absl::StatusOr<facet::Evaluation> Evaluate(const facet::EvaluationInput& input) override {
    FACET_ASSIGN_OR_RETURN(facet::Evaluation evaluation, EvaluateVerification(options_, input));
    const std::vector<facet::Template>& templates = input.data->protocol.templates;
    size_t shorter = 0, images = 0;
    for (const facet::Template& each : templates) {
      images += each.samples.size();
      if (each.samples.size() < static_cast<size_t>(options_.top_k)) ++shorter;
    }
    evaluation.notices.push_back(absl::StrCat(templates.size(), " templates of ", images,
                                              " images; ", shorter, " have fewer than top_k"));
    return evaluation;
  }

 private:
  const Options options_;
};

}  // namespace

FACET_PLUGIN(facet::Evaluator, TemplateVerification, Options, "template_verification",
             "Accuracy, 100%-EER and ROC of pairs of videos, by their K best frames",
             "Parkhi et al. 2015, section 5.2; Wolf et al., CVPR 2011")
