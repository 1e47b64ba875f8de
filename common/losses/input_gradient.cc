#include "common/losses/input_gradient.h"

#include <ATen/ops/where.h>
#include <c10/util/Exception.h>
#include <torch/csrc/autograd/autograd.h>

namespace wgan {

at::Tensor PerSampleGradient(const at::Tensor& outputs, const at::Tensor& inputs, bool create_graph) {
  TORCH_CHECK(outputs.dim() == 1 && outputs.size(0) == inputs.size(0), "one output a row: outputs are ",
              outputs.sizes(), ", inputs ", inputs.sizes());
  TORCH_CHECK(inputs.requires_grad(), "inputs.requires_grad_() before the critic sees them");
  return torch::autograd::grad({outputs.sum()}, {inputs}, /*grad_outputs=*/{}, /*retain_graph=*/true, create_graph)[0];
}

at::Tensor RowNorms(const at::Tensor& x) {
  const at::Tensor squares = x.flatten(1).square().sum(1);
  const at::Tensor is_zero = squares.eq(0);
  // The square root never sees a zero, whose infinite derivative would turn into NaN even where it is masked.
  return at::where(is_zero, 0, squares.masked_fill(is_zero, 1).sqrt());
}

}  // namespace wgan
