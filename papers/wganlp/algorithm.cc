#include "papers/wganlp/algorithm.h"

#include <ATen/ATen.h>

#include <algorithm>
#include <utility>

#include "common/algorithms/critic_updates.h"
#include "common/algorithms/gan_networks.h"
#include "common/base/status_macros.h"
#include "common/losses/gradient_penalty.h"
#include "common/train/random_tensor.h"
#include "eval/inception_score.h"
#include "papers/wganlp/objective.h"
#include "papers/wganlp/point_evaluation.h"

namespace wgan::wganlp {
namespace {

PenalizedGanOptions TrainingOptions(const WganLpConfig& config) {
  PenalizedGanOptions options;
  options.critic_optimizer = config.critic_optimizer();
  options.generator_optimizer = config.generator_optimizer();
  options.critic_updates = config.critic_updates();
  options.order = config.order();
  options.generator_batch_size = config.generator_batch_size();
  options.linear_decay_iterations = config.linear_decay_iterations();
  if (config.has_gradient_penalty()) options.points = config.gradient_penalty().points();
  options.noise_scale = config.gradient_penalty().noise_scale();
  options.needs_distances = config.has_pair_penalty();
  if (config.has_weight_clipping()) options.weight_bound = config.weight_clipping().bound();
  if (config.has_fixed_generator_noise()) options.fixed_noise = config.fixed_generator_noise();
  options.critic_gradient = config.critic_gradient();
  return options;
}

QuotientOptions OptionsOf(const PairPenaltyConfig& config) { return {config.absolute(), config.squared()}; }

}  // namespace

WganLp::WganLp(const WganLpConfig& config, const RandomStreams& random, at::Device device,
               std::unique_ptr<BatchSource> validation, std::vector<std::unique_ptr<ImageClassifier>> classifiers)
    : PenalizedGan(TrainingOptions(config), MakeGanNetworks(config.network(), /*with_average=*/false, random, device),
                   device),
      config_(config),
      validation_(std::move(validation)),
      classifiers_(std::move(classifiers)) {}

std::vector<std::string> WganLp::ScalarNames() const {
  std::vector<std::string> names = {
      "negative_core",         "critic_real",   "critic_fake",  "critic_loss",        "penalty",
      "weighted_penalty",      "norm_excess",   "norm_deficit", "norm_deficit_share", "weighted_norm_excess",
      "weighted_norm_deficit", "generator_loss"};
  if (networks().classes > 0) names.push_back("classification_loss");
  return names;
}

CriticLoss WganLp::CriticObjective(const CriticOutputs& f) const {
  if (config_.has_weight_clipping()) return ClippedWganObjective(f.real, f.fake);
  if (config_.has_gradient_penalty()) {
    const double lambda = config_.gradient_penalty().weight();
    const bool one_sided = config_.gradient_penalty().side() == GradientPenaltyConfig::ONE_SIDED;
    return one_sided ? WganLpObjective(f.real, f.fake, f.gradients, lambda)
                     : WganGpObjective(f.real, f.fake, f.gradients, lambda);
  }
  const PairPenaltyConfig& pair = config_.pair_penalty();
  switch (pair.form()) {
    case PairPenaltyConfig::LIPSCHITZ_QUOTIENT:
      return LipschitzQuotientObjective(f.real, f.fake, f.distances, pair.weight(), OptionsOf(pair));
    case PairPenaltyConfig::REGULARIZED_TRANSPORT:
      return RegularizedTransportObjective(f.real, f.fake, f.distances, pair.weight());
    case PairPenaltyConfig::QUADRATIC_QUOTIENT:
      return QuadraticQuotientObjective(f.real, f.fake, f.distances, pair.weight(), OptionsOf(pair));
    case PairPenaltyConfig::FORM_UNSPECIFIED:
      break;
  }
  TORCH_CHECK(false, "the config was not validated");
}

at::Tensor WganLp::GeneratorObjective(const at::Tensor& critic_fake) const {
  return wganlp::GeneratorObjective(critic_fake);
}

// Returns the cross-entropy.
double WganLp::AccumulateFurtherCriticGradient(const Round& round) {
  if (!config_.has_conditional()) return 0;
  const at::Tensor loss = ClassificationLoss(networks().classifier->ClassScores(round.real), round.labels);
  (config_.conditional().critic_weight() * loss).backward();
  return loss.item<double>();
}

at::Tensor WganLp::FurtherGeneratorLoss(const at::Tensor& fake, const at::Tensor& labels) {
  if (!config_.has_conditional()) return {};
  return config_.conditional().generator_weight() *
         ClassificationLoss(networks().classifier->ClassScores(fake), labels);
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
    return critic.outputs.gradients.defined() ? half(critic.outputs.gradients).item<double>() : 0.0;
  };
  const double penalty = critic.loss.penalty.item<double>(), excess = part(NormExcess), deficit = part(NormDeficit);
  std::vector<double> scalars = {-critic.loss.core.item<double>(),
                                 critic.outputs.real.mean().item<double>(),
                                 critic.outputs.fake.mean().item<double>(),
                                 critic.loss.total.item<double>(),
                                 penalty,
                                 lambda * penalty,
                                 excess,
                                 deficit,
                                 excess + deficit > 0 ? deficit / (excess + deficit) : 0.0,
                                 lambda * excess,
                                 two_sided ? lambda * deficit : 0.0,
                                 generator_loss};
  if (networks().classes > 0) scalars.push_back(critic.further_loss);
  return scalars;
}

absl::StatusOr<Measurements> WganLp::Measure(int64_t iteration, BatchSource& real, const RandomStreams& random) {
  if (config_.has_point_evaluation()) {
    const bool last = iteration == config_.training().iterations();
    const int64_t batch = CriticUpdatesAfter(config_.critic_updates(), iteration) - 1;
    return EvaluatePoints({config_.point_evaluation(), config_.dataset().toy().distribution(), iteration, last, batch},
                          networks(), real, random);
  }
  Measurements result;
  const auto due = [iteration](int64_t every) { return every > 0 && iteration % every == 0; };
  const ImageEvaluationConfig& images = config_.image_evaluation();
  if (validation_ != nullptr && due(images.validation_every())) {
    RETURN_IF_ERROR(AddValidation(iteration, random, result));
  }
  if (!classifiers_.empty() && due(images.score_every())) RETURN_IF_ERROR(AddScores(iteration, random, result));
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
    const CriticLoss loss = CriticLossOf(round);
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

// Table 1: the Inception score of images from random latents, of random classes where there are any; of all classifiers
// on the same images.
absl::Status WganLp::AddScores(int64_t iteration, const RandomStreams& random, Measurements& result) {
  constexpr int64_t kImagesAtOnce = 100;  // batch normalisation sees as many [G]
  const at::NoGradGuard no_grad;
  const ImageEvaluationConfig& config = config_.image_evaluation();
  const RandomStreams fresh(random.Stream("score", iteration).NextBits());
  std::vector<std::vector<double>> probabilities(classifiers_.size());
  for (int64_t done = 0; done < config.score_samples(); done += kImagesAtOnce) {
    const int64_t n = std::min<int64_t>(kImagesAtOnce, config.score_samples() - done);
    const at::Tensor latents = StandardNormal({n, networks().latent_dim}, fresh.Stream("latents", done)).to(device());
    at::Tensor labels = RandomLabels(n, networks().classes, fresh.Stream("labels", done));
    if (labels.defined()) labels = labels.to(device());
    // Truncated to whole numbers as in the released code.
    const at::Tensor images = ((networks().Generate(latents, labels) + 1) * (255.99 / 2)).to(at::kByte);
    for (size_t k = 0; k < classifiers_.size(); ++k) {
      const at::Tensor answers = classifiers_[k]->Probabilities(images).cpu().contiguous();
      const double* const numbers = answers.const_data_ptr<double>();
      probabilities[k].insert(probabilities[k].end(), numbers, numbers + answers.numel());
    }
  }
  for (size_t k = 0; k < classifiers_.size(); ++k) {
    const int64_t samples = config.score_samples(), classes = probabilities[k].size() / samples;
    const ot::MatrixView<double> rows(probabilities[k], samples, classes);
    ASSIGN_OR_RETURN(const InceptionScore score, ComputeInceptionScore(rows, config.score_splits()));
    result.scalars.emplace_back(classifiers_[k]->score_name(), score.mean);
    result.scalars.emplace_back(classifiers_[k]->score_name() + "_deviation", score.deviation);
  }
  return absl::OkStatus();
}

}  // namespace wgan::wganlp
