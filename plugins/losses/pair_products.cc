// InnerProducts() and TakeTermsOfProducts().
#include <ATen/ATen.h>
#include <torch/csrc/autograd/custom_function.h>

#include <algorithm>

#include "plugins/losses/pair_matrix.h"
#include "plugins/losses/square_tiles.h"
#include "plugins/losses/taken_terms.h"

namespace facet {
namespace {

using torch::autograd::AutogradContext;
using torch::autograd::variable_list;

constexpr int64_t kRows = 256;  // at a time: the fewer, the less is done twice

// x [N, D]: x x^t, half of it by products.
at::Tensor ProductWithItself(const at::Tensor& x) {
  if (!x.is_cpu()) return x.mm(x.t());
  const int64_t size = x.size(0);
  const at::Tensor out = at::empty({size, size}, x.options());
  for (int64_t first = 0; first < size; first += kRows) {
    const int64_t count = std::min(kRows, size - first);
    at::Tensor some = out.narrow(0, first, count).narrow(1, first, size - first);
    at::mm_out(some, x.narrow(0, first, count), x.narrow(0, first, size - first).t());
  }
  MirrorUpper(out);
  return out;
}

// The inner products of the first rows of x and all.
at::Tensor ProductsOf(const at::Tensor& x, int64_t num_anchors) {
  if (num_anchors == x.size(0)) return ProductWithItself(x);
  return x.narrow(0, 0, num_anchors).mm(x.t());
}

// Of x, from that of the products; overwrites it.
at::Tensor GradientOfRows(const at::Tensor& x, const at::Tensor& gradient) {
  const int64_t num_anchors = gradient.size(0);
  if (num_anchors == x.size(0)) {
    if (gradient.is_cpu()) {
      AddTransposed(gradient);
      return gradient.mm(x);
    }
    return (gradient + gradient.t()).mm(x);
  }
  const at::Tensor out = gradient.t().mm(x.narrow(0, 0, num_anchors));
  out.narrow(0, 0, num_anchors).addmm_(gradient, x);
  return out;
}

class ProductFunction : public torch::autograd::Function<ProductFunction> {
 public:
  static at::Tensor forward(AutogradContext* context, const at::Tensor& x, int64_t num_anchors) {
    context->save_for_backward({x});
    return ProductsOf(x.detach(), num_anchors);
  }

  static variable_list backward(AutogradContext* context, variable_list gradients) {
    const at::Tensor x = context->get_saved_variables()[0].detach();
    const at::Tensor own = gradients[0].detach().clone(at::MemoryFormat::Contiguous);
    return {GradientOfRows(x, own), at::Tensor()};
  }
};

class ProductTerms : public torch::autograd::Function<ProductTerms> {
 public:
  static variable_list forward(AutogradContext* context, const at::Tensor& x, int64_t num_anchors,
                               const std::vector<PairTerm>& terms) {
    const at::Tensor products = ProductsOf(x.detach(), num_anchors);
    context->saved_data["num_anchors"] = num_anchors;
    context->saved_data["products"] = products;
    return KeepTaken(TakeAll(products, terms), {x}, context);
  }

  static variable_list backward(AutogradContext* context, variable_list gradients) {
    const at::Tensor x = context->get_saved_variables()[0].detach();
    at::Tensor products;
    if (const auto kept = context->saved_data.find("products"); kept != context->saved_data.end()) {
      products = kept->second.toTensor();
      context->saved_data.erase(kept);
    } else {
      products = ProductsOf(x, context->saved_data["num_anchors"].toInt());
    }
    SpreadAll(products, KeptTaken(context, 1), gradients, products);
    return {GradientOfRows(x, products), at::Tensor(), at::Tensor()};
  }
};

}  // namespace

at::Tensor InnerProducts(const PairBatch& batch) {
  return ProductFunction::apply(batch.embeddings, batch.anchors.size(0));
}

std::vector<at::Tensor> TakeTermsOfProducts(const PairBatch& batch,
                                            const std::vector<PairTerm>& terms) {
  const at::Tensor& x = batch.embeddings;
  const int64_t num_anchors = batch.anchors.size(0);
  if (!x.is_cpu() || num_anchors == 0) return TakeTerms(InnerProducts(batch), terms);
  return ProductTerms::apply(x, num_anchors, terms);
}

}  // namespace facet
