// Theorem 1 in numbers, for the rule `analysis` (tools/defs.bzl): a critic alone is trained on one fixed batch by the
// paper's objective, Eq. (10). As the loss goes to 0, WD = mean D(y) - mean D(x) goes to W, the batch's exact quadratic
// transport cost. Series against the number of critic steps:
//   critic_loss, wd, wasserstein
//   gap     |WD - W|
//   bound   2 sqrt(L_reg), which the gap never exceeds, whatever the critic (Theorem1Bound)
#include <ATen/ATen.h>
#include <torch/optim/adam.h>

#include <cmath>

#include "common/base/random_stream.h"
#include "common/base/status_macros.h"
#include "common/losses/input_gradient.h"
#include "common/nn/network_factory.h"
#include "common/ot/exact/kantorovich_tensor.h"
#include "common/train/random_tensor.h"
#include "eval/analysis_main.h"
#include "papers/wganqc/objective.h"

namespace wgan::wganqc {
namespace {

constexpr int kBatch = 8, kSteps = 2000, kLogEvery = 20;
constexpr double kCostScale = 1, kGamma = 0.1;  // K = 1, as the authors advise for points close to each other

// `count` normal points of the plane around (`center`, 0).
at::Tensor Points(int64_t count, double center, RandomStream random) {
  at::Tensor points = StandardNormal({count, 2}, random);
  points.select(1, 0).add_(center);
  return points;
}

NetworkConfig CriticNetwork() {
  NetworkConfig config;
  MlpConfig& mlp = *config.mutable_mlp();
  mlp.set_sample_dim(2);
  mlp.set_latent_dim(2);
  mlp.set_hidden_width(256);
  mlp.set_hidden_layers(2);
  return config;
}

absl::StatusOr<AnalysisOutput> Analyse() {
  const RandomStreams random(1);
  const at::Tensor real = Points(kBatch, 1, random.Stream("real", 0)),
                   fake = Points(kBatch, -1, random.Stream("fake", 0));
  ASSIGN_OR_RETURN(const ot::KantorovichTensors dual, ot::SolveKantorovichDual(real, fake, kCostScale));
  const CriticTargets targets = {dual.h_real, dual.h_fake, MatchedDistances(real, fake, dual.matching), kCostScale,
                                 kGamma};
  const auto critic = MakeCritic(CriticNetwork(), random.Stream("critic_weights", 0));
  torch::optim::Adam optimizer(critic->parameters(), torch::optim::AdamOptions(1e-3));
  AnalysisOutput output;
  for (int step = 0; step <= kSteps; ++step) {
    // The step falls to nothing, so that Adam comes to rest.
    const double rate = 1e-3 * 0.5 * (1 + std::cos(M_PI * step / kSteps));
    static_cast<torch::optim::AdamOptions&>(optimizer.param_groups()[0].options()).lr(rate);
    const at::Tensor x = fake.clone().requires_grad_();
    const at::Tensor critic_real = critic->Forward(real), critic_fake = critic->Forward(x);
    const CriticLoss loss =
        TotalCriticLoss(critic_real, critic_fake, PerSampleGradient(critic_fake, x, /*create_graph=*/true), targets);
    if (step % kLogEvery == 0) {
      const double wd = (critic_real.mean() - critic_fake.mean()).item<double>();
      output.AddNumber("critic_loss", loss.total.item<double>(), step);
      output.AddNumber("wd", wd, step);
      output.AddNumber("wasserstein", dual.wasserstein, step);
      output.AddNumber("gap", std::abs(wd - dual.wasserstein), step);
      output.AddNumber("bound", Theorem1Bound((loss.regression_real + loss.regression_fake).item<double>()), step);
    }
    optimizer.zero_grad();
    loss.total.backward();
    optimizer.step();
  }
  return output;
}

}  // namespace
}  // namespace wgan::wganqc

int main(int argc, char** argv) { return wgan::AnalysisMain(argc, argv, wgan::wganqc::Analyse); }
