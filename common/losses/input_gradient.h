// Gradients of a critic with respect to its input, sample by sample, by autograd: the general path, for any network.
// Piecewise linear critics have a faster one (common/nn/critic_tape.h), which takes these functions' derivatives.
//
// f critic; x [B,...] a batch; "..." any sample shape.
#ifndef COMMON_LOSSES_INPUT_GRADIENT_H_
#define COMMON_LOSSES_INPUT_GRADIENT_H_

#include <ATen/core/Tensor.h>

namespace wgan {

// grad_x f(x_i) for every row i, [B,...]. `outputs` [B] is f(`inputs`), each row a function of its own input row alone
// (no batch normalisation), so that the gradient of their sum is all rows' gradients at once. `inputs` requires a
// gradient. With `create_graph` the result can be differentiated again, with respect to the critic's parameters. The
// graph of `outputs` stays.
at::Tensor PerSampleGradient(const at::Tensor& outputs, const at::Tensor& inputs, bool create_graph);

// || x_i ||_2 over all dimensions but the first, [B]. Its derivative at x_i = 0, where there is none, is taken as 0
// (not NaN), and so are all higher ones.
at::Tensor RowNorms(const at::Tensor& x);

}  // namespace wgan

#endif  // COMMON_LOSSES_INPUT_GRADIENT_H_
