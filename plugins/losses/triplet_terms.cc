#include "plugins/losses/triplet_terms.h"

#include <ATen/ATen.h>
#include <ATen/Parallel.h>
#include <torch/csrc/autograd/custom_function.h>

#include <cstdint>
#include <unordered_map>
#include <vector>

#include "plugins/losses/mask_loops.h"

namespace facet {
namespace {

// Who is positive and who negative to an anchor.
struct Sides {
  std::vector<int64_t> positives, negatives;

  Sides(const int64_t* labels, int64_t size, int64_t anchor) {
    for (int64_t i = 0; i < size; ++i) {
      if (i != anchor) (labels[i] == labels[anchor] ? positives : negatives).push_back(i);
    }
  }
};

// Where each anchor's triplets begin, [A + 1].
std::vector<int64_t> TripletBegins(const int64_t* labels, int64_t num_anchors, int64_t size) {
  std::unordered_map<int64_t, int64_t> images;
  for (int64_t i = 0; i < size; ++i) ++images[labels[i]];
  std::vector<int64_t> begins = {0};
  for (int64_t a = 0; a < num_anchors; ++a) {
    const int64_t same = images[labels[a]];
    begins.push_back(begins.back() + (same - 1) * (size - same));
  }
  return begins;
}

template <class T>
void TakeTriplets(const at::Tensor& distances, const at::Tensor& labels, bool hinge, T margin,
                  const std::vector<int64_t>& begins, T* out) {
  const int64_t size = distances.size(1);
  at::parallel_for(0, distances.size(0), 1, [&](int64_t begin, int64_t end) {
    std::vector<T> to_negatives;
    for (int64_t a = begin; a < end; ++a) {
      const Sides sides(labels.data_ptr<int64_t>(), size, a);
      const T* const d = distances.data_ptr<T>() + a * size;
      to_negatives.clear();
      for (const int64_t n : sides.negatives) to_negatives.push_back(d[n]);
      T* next = out + begins[static_cast<size_t>(a)];
      for (const int64_t p : sides.positives) {
        const T to_positive = d[p];
        for (const T to_negative : to_negatives) {
          const T difference = to_positive - to_negative;
          *next++ = hinge ? Positive(difference + margin) : difference;
        }
      }
    }
  });
}

// What the triplets of one anchor pull at its distances: each at that to its positive, and against
// that to its negative.
template <class T>
class Pulls {
 public:
  Pulls(bool hinge, T margin) : hinge_(hinge), margin_(margin) {}

  // gradient: of the anchor's triplets, each `step` after the one before; 0: all the same.
  void Add(const T* d, const Sides& sides, const T* gradient, int64_t step, T* out) {
    to_negatives_.clear();
    for (const int64_t n : sides.negatives) to_negatives_.push_back(d[n]);
    const auto size = static_cast<int64_t>(to_negatives_.size());
    if (step == 0) {
      counts_.assign(to_negatives_.size(), 0);
      for (const int64_t p : sides.positives) out[p] = *gradient * static_cast<T>(Count(d[p]));
      for (size_t i = 0; i < counts_.size(); ++i) {
        out[sides.negatives[i]] = -*gradient * static_cast<T>(counts_[i]);
      }
      return;
    }
    for (const int64_t p : sides.positives) {
      for (int64_t i = 0; i < size; ++i, gradient += step) {
        const T to_negative = to_negatives_[static_cast<size_t>(i)];
        if (hinge_ && !(d[p] - to_negative + margin_ > 0)) continue;
        out[p] += *gradient;
        out[sides.negatives[static_cast<size_t>(i)]] -= *gradient;
      }
    }
  }

 private:
  // Of the triplets of this positive those that cost something; counted for each negative too.
  int32_t Count(T to_positive) {
    int32_t sum = 0;
    for (size_t i = 0; i < counts_.size(); ++i) {
      const int32_t counts = !hinge_ || to_positive - to_negatives_[i] + margin_ > 0 ? 1 : 0;
      counts_[i] += counts;
      sum += counts;
    }
    return sum;
  }

  const bool hinge_;
  const T margin_;
  std::vector<T> to_negatives_;
  std::vector<int32_t> counts_;
};

template <class T>
void SpreadTriplets(const at::Tensor& distances, const at::Tensor& labels, bool hinge, T margin,
                    const std::vector<int64_t>& begins, const at::Tensor& gradient, T* out) {
  const int64_t size = distances.size(1), step = gradient.stride(0);
  at::parallel_for(0, distances.size(0), 1, [&](int64_t begin, int64_t end) {
    Pulls<T> pulls(hinge, margin);
    for (int64_t a = begin; a < end; ++a) {
      const int64_t first = begins[static_cast<size_t>(a)];
      if (first == begins[static_cast<size_t>(a) + 1]) continue;
      pulls.Add(distances.data_ptr<T>() + a * size, Sides(labels.data_ptr<int64_t>(), size, a),
                gradient.data_ptr<T>() + first * step, step, out + a * size);
    }
  });
}

class Triplets : public torch::autograd::Function<Triplets> {
 public:
  static at::Tensor forward(torch::autograd::AutogradContext* context, const at::Tensor& d,
                            const at::Tensor& given_labels, bool hinge, double margin) {
    const at::Tensor distances = d.detach().contiguous(), labels = given_labels.contiguous();
    const std::vector<int64_t> begins =
        TripletBegins(labels.data_ptr<int64_t>(), d.size(0), d.size(1));
    const at::Tensor out = at::empty({begins.back()}, distances.options());
    if (d.scalar_type() == at::kDouble) {
      TakeTriplets<double>(distances, labels, hinge, margin, begins, out.data_ptr<double>());
    } else {
      TakeTriplets<float>(distances, labels, hinge, static_cast<float>(margin), begins,
                          out.data_ptr<float>());
    }
    context->save_for_backward({d, labels});
    context->saved_data["hinge"] = hinge;
    context->saved_data["margin"] = margin;
    return out;
  }

  static torch::autograd::variable_list backward(torch::autograd::AutogradContext* context,
                                                 torch::autograd::variable_list gradients) {
    const auto saved = context->get_saved_variables();
    const at::Tensor distances = saved[0].detach().contiguous(), &labels = saved[1];
    const bool hinge = context->saved_data["hinge"].toBool();
    const double margin = context->saved_data["margin"].toDouble();
    const std::vector<int64_t> begins =
        TripletBegins(labels.data_ptr<int64_t>(), distances.size(0), distances.size(1));
    const at::Tensor out = at::zeros_like(distances);
    if (distances.scalar_type() == at::kDouble) {
      SpreadTriplets<double>(distances, labels, hinge, margin, begins, gradients[0],
                             out.data_ptr<double>());
    } else {
      SpreadTriplets<float>(distances, labels, hinge, static_cast<float>(margin), begins,
                            gradients[0], out.data_ptr<float>());
    }
    return {out, {}, {}, {}};
  }
};

// Anchor by anchor: a mask of all triples would be [A, N, N].
at::Tensor DifferencesByOperations(const at::Tensor& d, const at::Tensor& labels) {
  std::vector<at::Tensor> differences = {d.reshape({-1}).narrow(0, 0, 0)};
  for (int64_t a = 0; a < d.size(0); ++a) {
    at::Tensor positive = labels.eq(labels[a]);
    const at::Tensor negative = positive.logical_not();
    positive[a].fill_(false);
    differences.push_back(
        (d[a].masked_select(positive).unsqueeze(1) - d[a].masked_select(negative).unsqueeze(0))
            .reshape({-1}));
  }
  return at::cat(differences);
}

at::Tensor OfAll(const at::Tensor& d, const at::Tensor& labels, bool hinge, double margin) {
  if (d.is_cpu() && d.numel() > 0) return Triplets::apply(d, labels, hinge, margin);
  const at::Tensor differences = DifferencesByOperations(d, labels);
  return hinge ? at::relu(differences + margin) : differences;
}

}  // namespace

at::Tensor TripletDifferences(const at::Tensor& d, const at::Tensor& labels) {
  return OfAll(d, labels, /*hinge=*/false, 0);
}

at::Tensor TripletHinges(const at::Tensor& d, const at::Tensor& labels, double margin) {
  return OfAll(d, labels, /*hinge=*/true, margin);
}

}  // namespace facet
