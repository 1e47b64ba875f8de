#include "papers/wganqc/objective.h"

#include <ATen/ATen.h>
#include <torch/csrc/autograd/autograd.h>

#include <cmath>

#include "common/losses/input_gradient.h"

namespace wgan::wganqc {

double CostScale(double configured, int64_t dim) {
  return configured > 0 ? configured : 1.0 / static_cast<double>(dim);
}

double RegularizerWeight(double cost_scale, double gamma) { return 4 * std::sqrt(cost_scale) * gamma; }

double LemmaLambda(double cost_scale, double gamma) { return gamma / std::sqrt(cost_scale); }

at::Tensor MatchedDistances(const at::Tensor& real, const at::Tensor& fake, const at::Tensor& sigma) {
  return RowNorms(real.index_select(0, sigma) - fake);
}

at::Tensor RealRegressionLoss(const at::Tensor& critic_real, const at::Tensor& real_duals) {
  return 0.5 * (critic_real.mean() - real_duals.mean()).square();
}

at::Tensor FakeRegressionLoss(const at::Tensor& critic_fake, const at::Tensor& fake_duals) {
  return 0.5 * (critic_fake - fake_duals).square().mean();
}

at::Tensor OptimalTransportRegularizer(const at::Tensor& gradient_norms, const at::Tensor& distances,
                                       double cost_scale) {
  const double root = std::sqrt(cost_scale);
  return 0.5 * (gradient_norms / (2 * root) - (root / 2) * distances).square().mean();
}

CriticLoss TotalCriticLoss(const at::Tensor& critic_real, const at::Tensor& critic_fake,
                           const at::Tensor& input_gradients, const CriticTargets& targets) {
  CriticLoss loss;
  loss.regression_real = RealRegressionLoss(critic_real, targets.real_duals);
  loss.regression_fake = FakeRegressionLoss(critic_fake, targets.fake_duals);
  loss.total = loss.regression_real + loss.regression_fake;
  loss.regularizer = at::zeros_like(loss.total);
  if (targets.gamma > 0) {
    loss.regularizer = OptimalTransportRegularizer(RowNorms(input_gradients), targets.distances, targets.cost_scale);
    loss.total = loss.total + RegularizerWeight(targets.cost_scale, targets.gamma) * loss.regularizer;
  }
  return loss;
}

CriticLossDerivatives DifferentiateCriticLoss(const at::Tensor& critic_real, const at::Tensor& critic_fake,
                                              const at::Tensor& input_gradients, const CriticTargets& targets) {
  // The critic's outputs become leaves, so that one objective serves both this and the autograd path.
  const at::Tensor real = critic_real.detach().requires_grad_();
  const at::Tensor fake = critic_fake.detach().requires_grad_();
  torch::autograd::variable_list leaves = {real, fake};
  at::Tensor gradients;
  if (targets.gamma > 0) leaves.push_back(gradients = input_gradients.detach().requires_grad_());
  CriticLossDerivatives result;
  result.loss = TotalCriticLoss(real, fake, gradients, targets);
  const torch::autograd::variable_list derivatives = torch::autograd::grad({result.loss.total}, leaves);
  result.critic_real = derivatives[0];
  result.critic_fake = derivatives[1];
  if (targets.gamma > 0) result.input_gradients = derivatives[2];
  return result;
}

at::Tensor GeneratorLoss(const at::Tensor& critic_fake) { return -critic_fake.mean(); }

double Theorem1Bound(double regression_loss) { return 2 * std::sqrt(regression_loss); }

}  // namespace wgan::wganqc
