// WGAN-QC: training with the quadratic transport cost (Liu, Gu, Samaras, ICCV 2019).
#ifndef PAPERS_WGANQC_ALGORITHM_H_
#define PAPERS_WGANQC_ALGORITHM_H_

#include <ATen/core/Tensor.h>

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "common/base/random_stream.h"
#include "common/io/tensor.h"
#include "common/nn/network.h"
#include "common/train/algorithm.h"
#include "common/train/ema.h"
#include "common/train/optimizer.h"
#include "datasets/batch_source.h"
#include "papers/wganqc/objective.h"
#include "papers/wganqc/wganqc.pb.h"

namespace wgan::wganqc {

class WganQc : public Algorithm {
 public:
  // Freshly initialised networks on `device`. `config` must be valid (validate.h).
  WganQc(const WganQcConfig& config, const RandomStreams& random, at::Device device);

  std::vector<std::string> ScalarNames() const override;
  absl::StatusOr<std::vector<double>> Step(int64_t iteration, BatchSource& real, const RandomStreams& random) override;
  std::vector<int64_t> latent_shape() const override;
  at::Tensor Sample(const at::Tensor& latents) override;
  void VisitState(StateVisitor& visitor) override;
  std::vector<std::pair<std::string, NamedTensors>> ExportedNetworks() override;

  // One batch and the critic's targets for it.
  struct Round {
    at::Tensor real;         // y [n,C,S,S]
    at::Tensor latents;      // z [n,latent_dim]
    at::Tensor fake;         // x = G(z), without graph
    double wasserstein = 0;  // W, the exact transport cost between y and x
    CriticTargets targets;
  };
  // Leaves the gradient of the critic's objective in its parameters, by the configured route, and returns the loss at
  // D(y) and D(x). Public for the test that holds the two routes against each other.
  struct CriticEvaluation {
    CriticLoss loss;
    at::Tensor real, fake;  // D(y), D(x) [n]
  };
  CriticEvaluation AccumulateCriticGradient(const Round& round);
  Network& critic() { return *critic_; }

  // Sample() of other states of the generator than the evaluated one: the last iterate without averaging; the average
  // with the last iterate's batch norm statistics, whatever generator_ema.buffers says.
  at::Tensor SampleWithoutAverage(const at::Tensor& latents) { return SampleFrom(*generator_, latents); }
  at::Tensor SampleWithLiveBuffers(const at::Tensor& latents);

 private:
  absl::StatusOr<Round> DrawRound(int64_t index, BatchSource& real, const RandomStreams& random);
  CriticEvaluation CriticGradientByAutograd(const Round& round);
  CriticEvaluation CriticGradientInClosedForm(const Round& round);
  double GeneratorStep(const at::Tensor& latents);
  at::Tensor SampleFrom(Network& generator, const at::Tensor& latents) const;
  Network& evaluated_generator() { return ema_.started() ? *average_ : *generator_; }

  WganQcConfig config_;
  at::Device device_;
  std::shared_ptr<Network> critic_, generator_, average_;
  std::unique_ptr<Optimizer> critic_optimizer_, generator_optimizer_;
  ExponentialMovingAverage ema_;
};

}  // namespace wgan::wganqc

#endif  // PAPERS_WGANQC_ALGORITHM_H_
