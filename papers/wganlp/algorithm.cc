#include "papers/wganlp/algorithm.h"

#include <ATen/ATen.h>
#include <torch/csrc/autograd/autograd.h>

#include <algorithm>

#include "common/base/status_macros.h"
#include "common/losses/gradient_penalty.h"
#include "common/losses/input_gradient.h"
#include "common/losses/penalty_points.h"
#include "common/losses/wasserstein.h"
#include "common/nn/critic_tape.h"
#include "common/nn/module_state.h"
#include "common/train/schedule.h"
#include "common/train/state.h"
#include "eval/inception_score.h"
#include "papers/wganlp/critic_updates.h"
#include "papers/wganlp/point_evaluation.h"

namespace wgan::wganlp {
namespace {

// max(0, 1 - t / horizon) for t = iteration - 1, or 1 without a horizon.
double Decay(const WganLpConfig& config, int64_t iteration) {
  if (config.linear_decay_iterations() == 0) return 1;
  return std::max(0.0, 1 - static_cast<double>(iteration - 1) / config.linear_decay_iterations());
}

QuotientOptions OptionsOf(const PairPenaltyConfig& config) { return {config.absolute(), config.squared()}; }

}  // namespace

WganLp::WganLp(const WganLpConfig& config, const RandomStreams& random, at::Device device,
               std::unique_ptr<BatchSource> validation, std::unique_ptr<ImageClassifier> classifier)
    : config_(config),
      device_(device),
      networks_(MakeGanNetworks(config.network(), random, device)),
      critic_optimizer_(MakeOptimizer(config.critic_optimizer(), networks_.critic->parameters())),
      generator_optimizer_(MakeOptimizer(config.generator_optimizer(), networks_.generator->parameters())),
      validation_(std::move(validation)),
      classifier_(std::move(classifier)) {}

std::vector<std::string> WganLp::ScalarNames() const {
  std::vector<std::string> names = {
      "negative_core",         "critic_real",   "critic_fake",  "critic_loss",        "penalty",
      "weighted_penalty",      "norm_excess",   "norm_deficit", "norm_deficit_share", "weighted_norm_excess",
      "weighted_norm_deficit", "generator_loss"};
  if (networks_.classes > 0) names.push_back("classification_loss");
  return names;
}

absl::StatusOr<std::vector<double>> WganLp::Step(int64_t iteration, BatchSource& real, const RandomStreams& random) {
  const double decay = Decay(config_, iteration);
  critic_optimizer_->SetLearningRate(decay * LearningRateAt(config_.critic_optimizer(), iteration));
  generator_optimizer_->SetLearningRate(decay * LearningRateAt(config_.generator_optimizer(), iteration));
  const bool generator_first = config_.order() == WganLpConfig::GENERATOR_FIRST;
  double generator_loss = 0;
  if (generator_first && iteration > 1) generator_loss = GeneratorStep(iteration, random);
  ASSIGN_OR_RETURN(const CriticEvaluation critic, UpdateCritic(iteration, real, random));
  if (!generator_first) generator_loss = GeneratorStep(iteration, random);
  return Scalars(critic, generator_loss);
}

// All critic updates of `iteration`; returns what the last of them saw before it.
absl::StatusOr<WganLp::CriticEvaluation> WganLp::UpdateCritic(int64_t iteration, BatchSource& real,
                                                              const RandomStreams& random) {
  const int64_t end = CriticUpdatesAfter(config_.critic_updates(), iteration);
  CriticEvaluation evaluation;
  for (int64_t u = end - CriticUpdatesIn(config_.critic_updates(), iteration); u < end; ++u) {
    ASSIGN_OR_RETURN(const Round round, DrawRound(u, real, random));
    critic_optimizer_->ZeroGrad();
    evaluation = AccumulateCriticGradient(round);
    if (config_.has_conditional()) evaluation.classification = AccumulateClassificationGradient(round);
    critic_optimizer_->Step();
    if (config_.has_weight_clipping()) {
      ClipWeights(networks_.critic->parameters(), config_.weight_clipping().bound());
    }
  }
  return evaluation;
}

absl::StatusOr<WganLp::Round> WganLp::DrawRound(int64_t update, BatchSource& real, const RandomStreams& random) {
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
  if (config_.has_fixed_generator_noise()) {
    const at::Tensor noise = NormalTensor(n, round.real.numel() / n, random.Stream("generator_noise", update));
    round.fake = round.real + config_.fixed_generator_noise() * noise.to(device_).view(round.real.sizes());
  } else {
    const at::NoGradGuard no_grad;
    const at::Tensor latents = NormalTensor(n, networks_.latent_dim, random.Stream("critic_latents", update));
    round.fake = networks_.Generate(latents.to(device_), round.labels);
  }
  round.points = PenaltyPoints(round.real, round.fake, random.Stream("penalty_points", update));
  return round;
}

at::Tensor WganLp::PenaltyPoints(const at::Tensor& real, const at::Tensor& fake, RandomStream random) const {
  if (!config_.has_gradient_penalty()) return {};
  const GradientPenaltyConfig& penalty = config_.gradient_penalty();
  const auto uniform = [&](at::IntArrayRef shape, double low) {
    return UniformTensor(shape, low, 1, random).to(device_);
  };
  // Arguments of a call may be evaluated in any order, so the numbers are drawn one after the other.
  const at::Tensor t = uniform({real.size(0)}, 0);
  const auto around = [&](const at::Tensor& x, const at::Tensor& radii, double low) {
    return LocallyPerturbed(x, radii, uniform(x.sizes(), low), penalty.noise_scale());
  };
  switch (penalty.points()) {
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
    case GradientPenaltyConfig::POINTS_UNSPECIFIED:
      break;
  }
  TORCH_CHECK(false, "the config was not validated");
}

CriticLoss WganLp::ObjectiveOf(const at::Tensor& critic_real, const at::Tensor& critic_fake,
                               const at::Tensor& gradients, const at::Tensor& distances) const {
  if (config_.has_weight_clipping()) return ClippedWganObjective(critic_real, critic_fake);
  if (config_.has_gradient_penalty()) {
    const double lambda = config_.gradient_penalty().weight();
    const bool one_sided = config_.gradient_penalty().side() == GradientPenaltyConfig::ONE_SIDED;
    return one_sided ? WganLpObjective(critic_real, critic_fake, gradients, lambda)
                     : WganGpObjective(critic_real, critic_fake, gradients, lambda);
  }
  const PairPenaltyConfig& pair = config_.pair_penalty();
  switch (pair.form()) {
    case PairPenaltyConfig::LIPSCHITZ_QUOTIENT:
      return LipschitzQuotientObjective(critic_real, critic_fake, distances, pair.weight(), OptionsOf(pair));
    case PairPenaltyConfig::REGULARIZED_TRANSPORT:
      return RegularizedTransportObjective(critic_real, critic_fake, distances, pair.weight());
    case PairPenaltyConfig::QUADRATIC_QUOTIENT:
      return QuadraticQuotientObjective(critic_real, critic_fake, distances, pair.weight(), OptionsOf(pair));
    case PairPenaltyConfig::FORM_UNSPECIFIED:
      break;
  }
  TORCH_CHECK(false, "the config was not validated");
}

WganLp::CriticEvaluation WganLp::AccumulateCriticGradient(const Round& round) {
  const bool closed_form =
      config_.critic_gradient() == WganLpConfig::CLOSED_FORM && networks_.critic->piecewise_linear() != nullptr;
  return closed_form ? CriticGradientInClosedForm(round) : CriticGradientByAutograd(round);
}

WganLp::CriticEvaluation WganLp::CriticGradientInClosedForm(const Round& round) {
  const int64_t n = round.real.size(0);
  const bool has_points = round.points.defined();
  CriticTape tape(*networks_.critic->piecewise_linear());
  // The loss as a function of what the critic puts out, whose derivatives are the tape's weights and directions.
  const at::Tensor outputs =
      tape.Forward(has_points ? at::cat({round.real, round.fake, round.points}) : at::cat({round.real, round.fake}));
  const at::Tensor real = outputs.narrow(0, 0, n).requires_grad_(), fake = outputs.narrow(0, n, n).requires_grad_();
  std::vector<at::Tensor> inputs = {real, fake};
  at::Tensor gradients, distances;
  if (has_points) {
    gradients = tape.InputGradient(round.points.size(0)).requires_grad_();
    inputs.push_back(gradients);
  }
  if (config_.has_pair_penalty()) distances = PairDistances(round.real, round.fake);
  const CriticLoss loss = ObjectiveOf(real, fake, gradients, distances);
  const std::vector<at::Tensor> derivatives = torch::autograd::grad({loss.total}, inputs);
  at::Tensor weights = at::zeros_like(outputs);
  weights.narrow(0, 0, n).copy_(derivatives[0]);
  weights.narrow(0, n, n).copy_(derivatives[1]);
  tape.AccumulateParameterGradient(weights, has_points ? derivatives[2] : at::Tensor());
  return {loss, real.detach(), fake.detach(), has_points ? gradients.detach() : at::Tensor()};
}

WganLp::CriticEvaluation WganLp::CriticGradientByAutograd(const Round& round) {
  const at::Tensor real = networks_.critic->Forward(round.real), fake = networks_.critic->Forward(round.fake);
  at::Tensor gradients, distances;
  if (round.points.defined()) {
    const at::Tensor points = round.points.detach().requires_grad_();
    gradients = PerSampleGradient(networks_.critic->Forward(points), points, /*create_graph=*/true);
  }
  if (config_.has_pair_penalty()) distances = PairDistances(round.real, round.fake);
  const CriticLoss loss = ObjectiveOf(real, fake, gradients, distances);
  loss.total.backward();
  return {loss, real.detach(), fake.detach(), gradients.defined() ? gradients.detach() : gradients};
}

// AC-GAN: the critic's second head learns the real images' classes. Returns the cross-entropy.
double WganLp::AccumulateClassificationGradient(const Round& round) {
  const at::Tensor loss = ClassificationLoss(networks_.classifier->ClassScores(round.real), round.labels);
  (config_.conditional().critic_weight() * loss).backward();
  return loss.item<double>();
}

// Returns -mean f(G(z)), without AC-GAN's term.
double WganLp::GeneratorStep(int64_t iteration, const RandomStreams& random) {
  if (config_.has_fixed_generator_noise()) return 0;
  const int64_t n = config_.generator_batch_size();
  const at::Tensor latents =
      NormalTensor(n, networks_.latent_dim, random.Stream("generator_latents", iteration)).to(device_);
  at::Tensor labels = RandomLabels(n, networks_.classes, random.Stream("generator_labels", iteration));
  if (labels.defined()) labels = labels.to(device_);
  generator_optimizer_->ZeroGrad();
  const at::Tensor fake = networks_.Generate(latents, labels);
  const at::Tensor objective = GeneratorObjective(networks_.critic->Forward(fake));
  at::Tensor loss = objective;
  if (config_.has_conditional()) {
    const double weight = config_.conditional().generator_weight();
    loss = loss + weight * ClassificationLoss(networks_.classifier->ClassScores(fake), labels);
  }
  // Only the generator's parameters are asked for, so the critic's weight gradients are not computed.
  const std::vector<at::Tensor> parameters = networks_.generator->parameters();
  loss.backward({}, /*retain_graph=*/false, /*create_graph=*/false, parameters);
  generator_optimizer_->Step();
  return objective.item<double>();
}

double WganLp::PenaltyWeight() const {
  if (config_.has_gradient_penalty()) return config_.gradient_penalty().weight();
  return config_.has_pair_penalty() ? config_.pair_penalty().weight() : 0;
}

std::vector<double> WganLp::Scalars(const CriticEvaluation& critic, double generator_loss) const {
  const at::NoGradGuard no_grad;
  const double lambda = PenaltyWeight();
  const bool two_sided = config_.gradient_penalty().side() == GradientPenaltyConfig::TWO_SIDED;
  const auto part = [&](at::Tensor (*half)(const at::Tensor&)) {
    return critic.gradients.defined() ? half(critic.gradients).item<double>() : 0.0;
  };
  const double penalty = critic.loss.penalty.item<double>(), excess = part(NormExcess), deficit = part(NormDeficit);
  std::vector<double> scalars = {-critic.loss.core.item<double>(),
                                 critic.real.mean().item<double>(),
                                 critic.fake.mean().item<double>(),
                                 critic.loss.total.item<double>(),
                                 penalty,
                                 lambda * penalty,
                                 excess,
                                 deficit,
                                 excess + deficit > 0 ? deficit / (excess + deficit) : 0.0,
                                 lambda * excess,
                                 two_sided ? lambda * deficit : 0.0,
                                 generator_loss};
  if (networks_.classes > 0) scalars.push_back(critic.classification);
  return scalars;
}

absl::StatusOr<Measurements> WganLp::Measure(int64_t iteration, BatchSource& real, const RandomStreams& random) {
  if (config_.has_point_evaluation()) {
    const bool last = iteration == config_.training().iterations();
    const int64_t batch = CriticUpdatesAfter(config_.critic_updates(), iteration) - 1;
    return EvaluatePoints({config_.point_evaluation(), config_.dataset().toy().distribution(), iteration, last, batch},
                          networks_, real, random);
  }
  Measurements result;
  const auto due = [iteration](int64_t every) { return every > 0 && iteration % every == 0; };
  const ImageEvaluationConfig& images = config_.image_evaluation();
  if (validation_ != nullptr && due(images.validation_every())) {
    RETURN_IF_ERROR(AddValidation(iteration, random, result));
  }
  if (classifier_ != nullptr && due(images.score_every())) RETURN_IF_ERROR(AddScore(iteration, random, result));
  return result;
}

// Figure 16: the critic's loss on images that are not trained on.
absl::Status WganLp::AddValidation(int64_t iteration, const RandomStreams& random, Measurements& result) {
  const ImageEvaluationConfig& config = config_.image_evaluation();
  // Streams that training does not use.
  const RandomStreams fresh(random.Stream("validation", iteration).NextBits());
  const int64_t whole = validation_->info().size / validation_->batch_size();
  const int64_t batches =
      config.validation_batches() > 0 ? std::min<int64_t>(config.validation_batches(), whole) : whole;
  double core = 0, penalty = 0, total = 0;
  for (int64_t k = 0; k < batches; ++k) {
    ASSIGN_OR_RETURN(const Round round, DrawRound(k, *validation_, fresh));
    const CriticLoss loss = LossOf(round);
    core += loss.core.item<double>() / batches;
    penalty += loss.penalty.item<double>() / batches;
    total += loss.total.item<double>() / batches;
  }
  result.scalars = {{"validation_core", core},
                    {"validation_weighted_penalty", PenaltyWeight() * penalty},
                    {"validation_penalty", penalty},
                    {"validation_total", total}};
  return absl::OkStatus();
}

// Table 1: the Inception score of images from random latents, of random classes where there are any.
absl::Status WganLp::AddScore(int64_t iteration, const RandomStreams& random, Measurements& result) {
  constexpr int64_t kImagesAtOnce = 100;  // batch normalisation sees as many [G]
  const at::NoGradGuard no_grad;
  const ImageEvaluationConfig& config = config_.image_evaluation();
  const RandomStreams fresh(random.Stream("score", iteration).NextBits());
  std::vector<double> probabilities;
  int64_t classes = 0;
  for (int64_t done = 0; done < config.score_samples(); done += kImagesAtOnce) {
    const int64_t n = std::min<int64_t>(kImagesAtOnce, config.score_samples() - done);
    const at::Tensor latents = NormalTensor(n, networks_.latent_dim, fresh.Stream("latents", done)).to(device_);
    at::Tensor labels = RandomLabels(n, networks_.classes, fresh.Stream("labels", done));
    if (labels.defined()) labels = labels.to(device_);
    // Truncated to whole numbers as in the released code.
    const at::Tensor images = ((networks_.Generate(latents, labels) + 1) * (255.99 / 2)).to(at::kByte);
    const at::Tensor answers = classifier_->Probabilities(images).cpu().contiguous();
    classes = answers.size(1);
    const double* const numbers = answers.const_data_ptr<double>();
    probabilities.insert(probabilities.end(), numbers, numbers + answers.numel());
  }
  const ot::MatrixView<double> rows(probabilities, config.score_samples(), classes);
  ASSIGN_OR_RETURN(const InceptionScore score, ComputeInceptionScore(rows, config.score_splits()));
  result.scalars.emplace_back(classifier_->score_name(), score.mean);
  result.scalars.emplace_back(classifier_->score_name() + "_deviation", score.deviation);
  return absl::OkStatus();
}

// The critic's objective without its gradient.
CriticLoss WganLp::LossOf(const Round& round) {
  const auto outputs = [this](const at::Tensor& x) {
    const at::NoGradGuard no_grad;
    return networks_.critic->Forward(x);
  };
  at::Tensor gradients, distances;
  if (round.points.defined()) {
    const at::Tensor points = round.points.detach().requires_grad_();
    gradients = PerSampleGradient(networks_.critic->Forward(points), points, /*create_graph=*/false);
  }
  if (config_.has_pair_penalty()) distances = PairDistances(round.real, round.fake);
  return ObjectiveOf(outputs(round.real), outputs(round.fake), gradients, distances);
}

at::Tensor WganLp::Sample(const at::Tensor& latents) {
  const at::NoGradGuard no_grad;
  return networks_.generator->Forward(latents.to(device_));
}

void WganLp::VisitState(StateVisitor& visitor) {
  VisitModule("netG", *networks_.generator, visitor);
  VisitModule("netD", *networks_.critic, visitor);
  generator_optimizer_->VisitState("optimizerG", visitor);
  critic_optimizer_->VisitState("optimizerD", visitor);
}

std::vector<std::pair<std::string, NamedTensors>> WganLp::ExportedNetworks() {
  return {{"netG", NamedParametersAndBuffers(*networks_.generator)},
          {"netD", NamedParametersAndBuffers(*networks_.critic)}};
}

}  // namespace wgan::wganlp
