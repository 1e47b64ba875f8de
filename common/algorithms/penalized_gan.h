// What GANs with a penalised critic have in common: WGAN, WGAN-GP, WGAN-LP, WGAN-div, CRGAN. One iteration is some
// critic updates, each on a batch of its own, and one generator update. A method is a class derived from PenalizedGan
// that says what critic and generator minimise.
#ifndef COMMON_ALGORITHMS_PENALIZED_GAN_H_
#define COMMON_ALGORITHMS_PENALIZED_GAN_H_

#include <ATen/core/Tensor.h>

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "common/algorithms/gan_networks.h"
#include "common/algorithms/penalized_gan.pb.h"
#include "common/base/random_stream.h"
#include "common/io/tensor.h"
#include "common/losses/critic_loss.h"
#include "common/nn/network.h"
#include "common/train/algorithm.h"
#include "common/train/ema.h"
#include "common/train/optimizer.h"
#include "datasets/batch_source.h"

namespace wgan {

struct PenalizedGanOptions {
  OptimizerConfig critic_optimizer, generator_optimizer;
  CriticUpdatesConfig critic_updates;
  UpdateOrder order = CRITIC_FIRST;
  int64_t generator_batch_size = 0;  // samples in the generator's step
  // Both learning rates are also multiplied by max(0, 1 - t / linear_decay_iterations) in iteration t = 0, 1, ...;
  // 0: not.
  int64_t linear_decay_iterations = 0;
  // Where the objective takes the critic's input gradient, and the scale of local perturbations; unset: nowhere.
  std::optional<GradientPenaltyConfig::Points> points;
  double noise_scale = 1;
  bool needs_distances = false;        // CriticOutputs::distances is wanted
  std::optional<double> weight_bound;  // critic parameters are clipped to +- this after each update
  std::optional<double> fixed_noise;  // the "generated" samples are real ones plus this times N(0, 1); G stays as it is
  std::optional<EmaConfig> average;   // of the generator; unset: none
  CriticGradient critic_gradient = CLOSED_FORM;
};

class PenalizedGan : public Algorithm {
 public:
  // What one critic update sees.
  struct Round {
    at::Tensor real;    // x [B,...]
    at::Tensor fake;    // y [B,...], without graph
    at::Tensor points;  // x-hat [n,...] where the input gradient is taken, else undefined
    at::Tensor labels;  // int64 [B], the class of x_i and of y_i; undefined without classes
  };
  // What a critic's objective is a function of.
  struct CriticOutputs {
    at::Tensor real, fake;  // f(x), f(y) [B]
    at::Tensor gradients;   // grad f(x-hat) [n,...], undefined without points
    at::Tensor distances;   // ||x_i - y_i|| [B], undefined unless wanted
  };
  struct CriticEvaluation {
    CriticLoss loss;
    CriticOutputs outputs;
    double further_loss = 0;  // of AccumulateFurtherCriticGradient
  };

  absl::StatusOr<std::vector<double>> Step(int64_t iteration, BatchSource& real, const RandomStreams& random) override;
  std::vector<int64_t> latent_shape() const override { return {networks_.latent_dim}; }
  at::Tensor Sample(const at::Tensor& latents) override;
  void VisitState(StateVisitor& visitor) override;
  std::vector<std::pair<std::string, NamedTensors>> ExportedNetworks() override;

  // The steps of an iteration one by one, for tests and benchmarks.
  // Batch `update` of `real`, as many generated samples, and the points.
  absl::StatusOr<Round> DrawRound(int64_t update, BatchSource& real, const RandomStreams& random);
  // Leaves the gradient of the critic's objective in its parameters, by the configured route.
  CriticEvaluation AccumulateCriticGradient(const Round& round);
  // The loss of the generator on fresh latents, with its gradient left in the generator's parameters.
  double AccumulateGeneratorGradient(int64_t iteration, const RandomStreams& random);
  double GeneratorStep(int64_t iteration, const RandomStreams& random);
  Network& critic() { return *networks_.critic; }

 protected:
  // `networks` on `device`, its `average` there if options.average is set.
  PenalizedGan(const PenalizedGanOptions& options, GanNetworks networks, at::Device device);

  // What the critic minimises; must be differentiable by autograd in `outputs`.
  virtual CriticLoss CriticObjective(const CriticOutputs& outputs) const = 0;
  // What the generator minimises, a function of f(G(z)) [n].
  virtual at::Tensor GeneratorObjective(const at::Tensor& critic_fake) const = 0;
  // What Step returns: `critic` is what the last critic update of the iteration saw before it.
  virtual std::vector<double> Scalars(const CriticEvaluation& critic, double generator_loss) const = 0;
  // Terms of other heads of the networks: adds their gradient in the critic's parameters and returns their value; and
  // what is added to the generator's loss, undefined for nothing.
  virtual double AccumulateFurtherCriticGradient(const Round& /*round*/) { return 0; }
  virtual at::Tensor FurtherGeneratorLoss(const at::Tensor& /*fake*/, const at::Tensor& /*labels*/) { return {}; }

  // The critic's objective without its gradient.
  CriticLoss CriticLossOf(const Round& round);
  const GanNetworks& networks() const { return networks_; }
  at::Device device() const { return device_; }

 private:
  absl::StatusOr<CriticEvaluation> UpdateCritic(int64_t iteration, BatchSource& real, const RandomStreams& random);
  at::Tensor PenaltyPoints(const at::Tensor& real, const at::Tensor& fake, RandomStream random) const;
  at::Tensor Distances(const Round& round) const;
  CriticEvaluation CriticGradientInClosedForm(const Round& round);
  CriticEvaluation CriticGradientByAutograd(const Round& round);
  Network& evaluated_generator();

  const PenalizedGanOptions options_;
  const at::Device device_;
  GanNetworks networks_;
  std::unique_ptr<Optimizer> critic_optimizer_, generator_optimizer_;
  std::optional<ExponentialMovingAverage> average_;
};

}  // namespace wgan

#endif  // COMMON_ALGORITHMS_PENALIZED_GAN_H_
