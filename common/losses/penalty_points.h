// Where a gradient penalty looks: the points x-hat at which a critic's input gradient is taken. The noise is an
// argument, so each function is one of tensors; who trains draws it (and draws it anew for every step).
//
// x real, y generated, [B,...] each, d numbers a sample. Results [B,...], without graph.
#ifndef COMMON_LOSSES_PENALTY_POINTS_H_
#define COMMON_LOSSES_PENALTY_POINTS_H_

#include <ATen/core/Tensor.h>

namespace wgan {

// WGAN-GP, Algorithm 1 (Gulrajani et al., NIPS 2017): t_i x_i + (1 - t_i) y_i. `t` [B], uniform on [0, 1] for
// the paper's sampling.
at::Tensor PointsOnSegments(const at::Tensor& real, const at::Tensor& fake, const at::Tensor& t);

// sigma(x), the unbiased standard deviation of all B*d numbers of a batch together.
double BatchDeviation(const at::Tensor& x);

// Local perturbation: x_i + a_i * scale * sigma(x) * u_i. `radii` a [B], uniform on [0, 1].
//   WGAN-LP, App. D.4 and footnote 7 (Petzka et al., ICLR 2018): `directions` u [B,...] uniform on [-1, 1], scale 1.
//   DRAGAN (Kodali et al., 2017, released code): u uniform on [0, 1], scale 0.5.
at::Tensor LocallyPerturbed(const at::Tensor& x, const at::Tensor& radii, const at::Tensor& directions, double scale);

}  // namespace wgan

#endif  // COMMON_LOSSES_PENALTY_POINTS_H_
