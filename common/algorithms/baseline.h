// The baselines WGAN, WGAN-GP, WGAN-div and CRGAN. D critic, larger on real samples; y real, x = G(z) generated; u
// points on the segments between pairs of both; sp(t) = log(1 + exp(t)). Minimised are
//            critic                                                              generator
//   WGAN      mean D(x) - mean D(y), optionally with clipped weights              -mean D(G(z))
//   WGAN-GP   mean D(x) - mean D(y) + lambda mean (||grad D(u)|| - 1)^2           -mean D(G(z))
//   WGAN-div  mean D(x) - mean D(y) + k mean ||grad D(u)||^p                      -mean D(G(z))
//   CRGAN     mean sp(-D(y)) + mean sp(D(x)) + gamma/2 mean ||grad D(y)||^2       mean sp(-D(G(z)))
#ifndef COMMON_ALGORITHMS_BASELINE_H_
#define COMMON_ALGORITHMS_BASELINE_H_

#include <ATen/core/Tensor.h>

#include <string>
#include <vector>

#include "common/algorithms/baseline.pb.h"
#include "common/algorithms/gan_networks.h"
#include "common/algorithms/penalized_gan.h"

namespace wgan {

class Baseline : public PenalizedGan {
 public:
  // Freshly initialised networks on `device`. `config` must be valid (validate.h).
  Baseline(const BaselineConfig& config, const RandomStreams& random, at::Device device);
  // With networks of the caller's, whatever config.network says.
  Baseline(const BaselineConfig& config, GanNetworks networks, at::Device device);

  std::vector<std::string> ScalarNames() const override;

 protected:
  CriticLoss CriticObjective(const CriticOutputs& outputs) const override;
  at::Tensor GeneratorObjective(const at::Tensor& critic_fake) const override;
  std::vector<double> Scalars(const CriticEvaluation& critic, double generator_loss) const override;

 private:
  const BaselineConfig config_;
};

}  // namespace wgan

#endif  // COMMON_ALGORITHMS_BASELINE_H_
