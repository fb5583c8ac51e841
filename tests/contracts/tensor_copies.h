// What a contract compares with afterwards: tensors as they are now.
#ifndef FACET_TESTS_CONTRACTS_TENSOR_COPIES_H_
#define FACET_TESTS_CONTRACTS_TENSOR_COPIES_H_

#include <ATen/core/Tensor.h>

#include <vector>

#include "core/api/tensor.h"

namespace facet {

inline std::vector<at::Tensor> Copies(const std::vector<NamedTensor>& tensors) {
  std::vector<at::Tensor> copies;
  for (const NamedTensor& named : tensors) copies.push_back(named.tensor.detach().clone());
  return copies;
}

}  // namespace facet

#endif  // FACET_TESTS_CONTRACTS_TENSOR_COPIES_H_
