// The closed-form critic gradient against double back-propagation, for the tests of this package's networks.
#ifndef COMMON_NN_CRITIC_GRADIENT_CHECK_H_
#define COMMON_NN_CRITIC_GRADIENT_CHECK_H_

#include <ATen/ATen.h>
#include <torch/csrc/autograd/autograd.h>

#include <algorithm>
#include <vector>

#include "common/nn/critic_tape.h"
#include "common/nn/network.h"
#include "common/nn/test_networks.h"
#include "gtest/gtest.h"

namespace wgan {

// mean f(y) - mean f(x) + 10 mean_j max(0, |grad f(z_j)| - 1)^2 and the two-sided penalty, whose parameter gradients by
// the two routes must agree to 1e-9 of the largest entry. `critic` in float64; `samples` [3n,...] holds x, y, z.
// Assumes that some norms are above 1 and some below.
inline void ExpectTapeEqualsAutograd(Network& critic, const at::Tensor& samples) {
  const int64_t n = samples.size(0) / 3;
  for (const bool two_sided : {false, true}) {
    const auto loss = [&](const at::Tensor& f, const at::Tensor& g) {
      const at::Tensor slack = g.flatten(1).norm(2, 1) - 1;
      EXPECT_TRUE(two_sided || (slack.max().item<double>() > 0 && slack.min().item<double>() < 0)) << slack;
      const at::Tensor excess = two_sided ? slack : slack.clamp_min(0);
      return f.slice(0, n, 2 * n).mean() - f.slice(0, 0, n).mean() + 10 * excess.square().mean();
    };
    const at::Tensor z = samples.slice(0, 2 * n).clone().requires_grad_();
    const at::Tensor values = critic.Forward(z);
    const at::Tensor g = torch::autograd::grad({values.sum()}, {z}, {}, true, true)[0];
    loss(critic.Forward(samples.slice(0, 0, 2 * n)), g).backward();
    std::vector<at::Tensor> expected;
    double scale = 0;
    for (at::Tensor& parameter : critic.parameters()) {
      expected.push_back(parameter.grad().defined() ? parameter.grad().clone() : at::Tensor());
      if (parameter.grad().defined()) scale = std::max(scale, parameter.grad().abs().max().item<double>());
      parameter.mutable_grad().reset();
    }
    CriticTape tape(*critic.piecewise_linear());
    const at::Tensor f = tape.Forward(samples).requires_grad_();
    const at::Tensor slopes = tape.InputGradient(n).requires_grad_();
    const auto derivatives = torch::autograd::grad({loss(f, slopes)}, {f, slopes});
    tape.AccumulateParameterGradient(derivatives[0], derivatives[1]);
    size_t i = 0;
    for (at::Tensor& parameter : critic.parameters()) {
      const at::Tensor& autograd = expected[i++];
      EXPECT_EQ(parameter.grad().defined(), autograd.defined()) << i;
      if (autograd.defined()) {
        EXPECT_LT((parameter.grad() - autograd).abs().max().item<double>(), 1e-9 * scale) << i;
      }
      parameter.mutable_grad().reset();
    }
  }
}

}  // namespace wgan

#endif  // COMMON_NN_CRITIC_GRADIENT_CHECK_H_
