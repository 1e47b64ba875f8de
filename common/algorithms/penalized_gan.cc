#include "common/algorithms/penalized_gan.h"

#include <ATen/ATen.h>
#include <torch/csrc/autograd/autograd.h>

#include <algorithm>

#include "common/algorithms/critic_updates.h"
#include "common/base/status_macros.h"
#include "common/losses/input_gradient.h"
#include "common/losses/pair_penalty.h"
#include "common/losses/penalty_points.h"
#include "common/losses/wasserstein.h"
#include "common/nn/critic_tape.h"
#include "common/nn/module_state.h"
#include "common/train/random_tensor.h"
#include "common/train/schedule.h"
#include "common/train/state.h"

namespace wgan {
namespace {

// max(0, 1 - t / horizon) for t = iteration - 1, or 1 without a horizon.
double Decay(int64_t horizon, int64_t iteration) {
  if (horizon == 0) return 1;
  return std::max(0.0, 1 - static_cast<double>(iteration - 1) / horizon);
}

}  // namespace

PenalizedGan::PenalizedGan(const PenalizedGanOptions& options, GanNetworks networks, at::Device device)
    : options_(options),
      device_(device),
      networks_(std::move(networks)),
      critic_optimizer_(MakeOptimizer(options.critic_optimizer, networks_.critic->parameters())),
      generator_optimizer_(MakeOptimizer(options.generator_optimizer, networks_.generator->parameters())) {
  if (options_.average) average_.emplace(*options_.average, networks_.generator, networks_.average);
}

absl::StatusOr<std::vector<double>> PenalizedGan::Step(int64_t iteration, BatchSource& real,
                                                       const RandomStreams& random) {
  const double decay = Decay(options_.linear_decay_iterations, iteration);
  critic_optimizer_->SetLearningRate(decay * LearningRateAt(options_.critic_optimizer, iteration));
  generator_optimizer_->SetLearningRate(decay * LearningRateAt(options_.generator_optimizer, iteration));
  const bool generator_first = options_.order == GENERATOR_FIRST;
  double generator_loss = 0;
  if (generator_first && iteration > 1) generator_loss = GeneratorStep(iteration, random);
  ASSIGN_OR_RETURN(const CriticEvaluation critic, UpdateCritic(iteration, real, random));
  if (!generator_first) generator_loss = GeneratorStep(iteration, random);
  if (average_) average_->Update(iteration);
  return Scalars(critic, generator_loss);
}

// All critic updates of `iteration`; returns what the last of them saw before it.
absl::StatusOr<PenalizedGan::CriticEvaluation> PenalizedGan::UpdateCritic(int64_t iteration, BatchSource& real,
                                                                          const RandomStreams& random) {
  const int64_t end = CriticUpdatesAfter(options_.critic_updates, iteration);
  CriticEvaluation evaluation;
  for (int64_t u = end - CriticUpdatesIn(options_.critic_updates, iteration); u < end; ++u) {
    ASSIGN_OR_RETURN(const Round round, DrawRound(u, real, random));
    critic_optimizer_->ZeroGrad();
    evaluation = AccumulateCriticGradient(round);
    evaluation.further_loss = AccumulateFurtherCriticGradient(round);
    critic_optimizer_->Step();
    if (options_.weight_bound) ClipWeights(networks_.critic->parameters(), *options_.weight_bound);
  }
  return evaluation;
}

absl::StatusOr<PenalizedGan::Round> PenalizedGan::DrawRound(int64_t update, BatchSource& real,
                                                            const RandomStreams& random) {
  Round round;
  if (networks_.classes > 0) {
    ASSIGN_OR_RETURN(const LabelledBatch batch, real.BatchWithLabels(update));
    round.real = batch.samples.to(device_);
    round.labels = batch.labels.to(device_);
  } else {
    ASSIGN_OR_RETURN(const at::Tensor batch, real.Batch(update));
    round.real = batch.to(device_);
  }
  const int64_t n = round.real.size(0);
  if (options_.fixed_noise) {
    const at::Tensor noise = StandardNormal({n, round.real.numel() / n}, random.Stream("generator_noise", update));
    round.fake = round.real + *options_.fixed_noise * noise.to(device_).view(round.real.sizes());
  } else {
    const at::NoGradGuard no_grad;
    const at::Tensor latents = StandardNormal({n, networks_.latent_dim}, random.Stream("critic_latents", update));
    round.fake = networks_.Generate(latents.to(device_), round.labels);
  }
  round.points = PenaltyPoints(round.real, round.fake, random.Stream("penalty_points", update));
  return round;
}

at::Tensor PenalizedGan::PenaltyPoints(const at::Tensor& real, const at::Tensor& fake, RandomStream random) const {
  if (!options_.points) return {};
  if (*options_.points == GradientPenaltyConfig::REAL) return real;
  const auto uniform = [&](at::IntArrayRef shape, double low) { return Uniform(shape, low, 1, random).to(device_); };
  // Arguments of a call may be evaluated in any order, so the numbers are drawn one after the other.
  const at::Tensor t = uniform({real.size(0)}, 0);
  const auto around = [&](const at::Tensor& x, const at::Tensor& radii, double low) {
    return LocallyPerturbed(x, radii, uniform(x.sizes(), low), options_.noise_scale);
  };
  switch (*options_.points) {
    case GradientPenaltyConfig::SEGMENTS:
      return PointsOnSegments(real, fake, t);
    case GradientPenaltyConfig::AROUND_REAL:
      return around(real, t, -1);
    case GradientPenaltyConfig::AROUND_BOTH: {
      // One mean over both halves is the average of the two penalties.
      const at::Tensor near_real = around(real, t, -1), radii = uniform({real.size(0)}, 0);
      return at::cat({near_real, around(fake, radii, -1)});
    }
    case GradientPenaltyConfig::DRAGAN:
      return around(real, t, 0);
    case GradientPenaltyConfig::REAL:
    case GradientPenaltyConfig::POINTS_UNSPECIFIED:
      break;
  }
  TORCH_CHECK(false, "the config was not validated");
}

at::Tensor PenalizedGan::Distances(const Round& round) const {
  return options_.needs_distances ? PairDistances(round.real, round.fake) : at::Tensor();
}

PenalizedGan::CriticEvaluation PenalizedGan::AccumulateCriticGradient(const Round& round) {
  const bool closed_form = options_.critic_gradient == CLOSED_FORM && networks_.critic->piecewise_linear() != nullptr;
  return closed_form ? CriticGradientInClosedForm(round) : CriticGradientByAutograd(round);
}

PenalizedGan::CriticEvaluation PenalizedGan::CriticGradientInClosedForm(const Round& round) {
  const int64_t n = round.real.size(0);
  const bool has_points = round.points.defined(), points_are_real = has_points && round.points.is_same(round.real);
  CriticTape tape(*networks_.critic->piecewise_linear());
  // The tape wants the rows that need input gradients last.
  std::vector<at::Tensor> rows = {round.real, round.fake};
  if (points_are_real) {
    std::swap(rows[0], rows[1]);
  } else if (has_points) {
    rows.push_back(round.points);
  }
  const int64_t real_row = points_are_real ? n : 0, fake_row = n - real_row;
  // The loss as a function of what the critic puts out, whose derivatives are the tape's weights and directions.
  const at::Tensor values = tape.Forward(at::cat(rows));
  CriticOutputs outputs;
  outputs.real = values.narrow(0, real_row, n).requires_grad_();
  outputs.fake = values.narrow(0, fake_row, n).requires_grad_();
  std::vector<at::Tensor> inputs = {outputs.real, outputs.fake};
  if (has_points) {
    outputs.gradients = tape.InputGradient(round.points.size(0)).requires_grad_();
    inputs.push_back(outputs.gradients);
  }
  outputs.distances = Distances(round);
  const CriticLoss loss = CriticObjective(outputs);
  const std::vector<at::Tensor> derivatives = torch::autograd::grad({loss.total}, inputs);
  at::Tensor weights = at::zeros_like(values);
  weights.narrow(0, real_row, n).copy_(derivatives[0]);
  weights.narrow(0, fake_row, n).copy_(derivatives[1]);
  tape.AccumulateParameterGradient(weights, has_points ? derivatives[2] : at::Tensor());
  return {loss,
          {outputs.real.detach(), outputs.fake.detach(), has_points ? outputs.gradients.detach() : at::Tensor(),
           outputs.distances}};
}

PenalizedGan::CriticEvaluation PenalizedGan::CriticGradientByAutograd(const Round& round) {
  const bool has_points = round.points.defined(), points_are_real = has_points && round.points.is_same(round.real);
  at::Tensor real = round.real;
  if (points_are_real) real = real.detach().requires_grad_();
  CriticOutputs outputs;
  outputs.real = networks_.critic->Forward(real);
  outputs.fake = networks_.critic->Forward(round.fake);
  if (points_are_real) {
    outputs.gradients = PerSampleGradient(outputs.real, real, /*create_graph=*/true);
  } else if (has_points) {
    const at::Tensor points = round.points.detach().requires_grad_();
    outputs.gradients = PerSampleGradient(networks_.critic->Forward(points), points, /*create_graph=*/true);
  }
  outputs.distances = Distances(round);
  const CriticLoss loss = CriticObjective(outputs);
  // Only the critic's parameters are asked for, not the points.
  const std::vector<at::Tensor> parameters = networks_.critic->parameters();
  loss.total.backward({}, /*retain_graph=*/false, /*create_graph=*/false, parameters);
  return {loss,
          {outputs.real.detach(), outputs.fake.detach(), has_points ? outputs.gradients.detach() : at::Tensor(),
           outputs.distances}};
}

// Returns the objective alone, without FurtherGeneratorLoss.
double PenalizedGan::AccumulateGeneratorGradient(int64_t iteration, const RandomStreams& random) {
  const int64_t n = options_.generator_batch_size;
  const at::Tensor latents =
      StandardNormal({n, networks_.latent_dim}, random.Stream("generator_latents", iteration)).to(device_);
  at::Tensor labels = RandomLabels(n, networks_.classes, random.Stream("generator_labels", iteration));
  if (labels.defined()) labels = labels.to(device_);
  const at::Tensor fake = networks_.Generate(latents, labels);
  const at::Tensor objective = GeneratorObjective(networks_.critic->Forward(fake));
  const at::Tensor further = FurtherGeneratorLoss(fake, labels);
  const at::Tensor loss = further.defined() ? objective + further : objective;
  // Only the generator's parameters are asked for, so the critic's weight gradients are not computed.
  const std::vector<at::Tensor> parameters = networks_.generator->parameters();
  loss.backward({}, /*retain_graph=*/false, /*create_graph=*/false, parameters);
  return objective.item<double>();
}

double PenalizedGan::GeneratorStep(int64_t iteration, const RandomStreams& random) {
  if (options_.fixed_noise) return 0;
  generator_optimizer_->ZeroGrad();
  const double loss = AccumulateGeneratorGradient(iteration, random);
  generator_optimizer_->Step();
  return loss;
}

CriticLoss PenalizedGan::CriticLossOf(const Round& round) {
  const auto outputs = [this](const at::Tensor& x) {
    const at::NoGradGuard no_grad;
    return networks_.critic->Forward(x);
  };
  at::Tensor gradients;
  if (round.points.defined()) {
    const at::Tensor points = round.points.detach().requires_grad_();
    gradients = PerSampleGradient(networks_.critic->Forward(points), points, /*create_graph=*/false);
  }
  return CriticObjective({outputs(round.real), outputs(round.fake), gradients, Distances(round)});
}

Network& PenalizedGan::evaluated_generator() {
  return average_ && average_->started() ? *networks_.average : *networks_.generator;
}

at::Tensor PenalizedGan::Sample(const at::Tensor& latents) {
  const at::NoGradGuard no_grad;
  Network& generator = evaluated_generator();
  generator.eval();
  at::Tensor samples = generator.Forward(latents.to(device_));
  generator.train();
  return samples;
}

void PenalizedGan::VisitState(StateVisitor& visitor) {
  VisitModule("netG", *networks_.generator, visitor);
  VisitModule("netD", *networks_.critic, visitor);
  generator_optimizer_->VisitState("optimizerG", visitor);
  critic_optimizer_->VisitState("optimizerD", visitor);
  if (average_) average_->VisitState("netG_ema", visitor);
}

std::vector<std::pair<std::string, NamedTensors>> PenalizedGan::ExportedNetworks() {
  return {{"netG", NamedParametersAndBuffers(evaluated_generator())},
          {"netD", NamedParametersAndBuffers(*networks_.critic)}};
}

}  // namespace wgan
