#include "eval/scored_algorithm_tensor.h"

#include <ATen/ATen.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "common/base/status_macros.h"
#include "common/io/tensor.h"
#include "common/train/pictures.h"
#include "common/train/training.pb.h"
#include "eval/metrics/frechet_tensor.h"

namespace wgan {
namespace {

constexpr int64_t kBlock = 64;  // images that a network sees at once, and in which the nearest pair is looked for
constexpr int64_t kPaths = 8, kPathLength = 10;

// Gathers what scores need of images that arrive in batches, so that they need not be in memory together.
class ImageStatistics {
 public:
  ImageStatistics(const TrainedClassifier* classifier, int64_t shrink) : classifier_(classifier), shrink_(shrink) {
    if (classifier != nullptr) moments_.emplace(classifier->record().shape.features);
  }

  absl::Status Add(const at::Tensor& images) {
    pending_ = pending_.defined() ? at::cat({pending_, images}) : images;
    while (pending_.size(0) >= kBlock) {
      nearest_pairs_ += NearestPairDistance(pending_.narrow(0, 0, kBlock));
      ++blocks_;
      pending_ = pending_.slice(0, kBlock);
    }
    return moments_.has_value() ? moments_->Add(Features(images)) : absl::OkStatus();
  }

  // The mean over the whole blocks; of all images where there are fewer than one.
  double nearest_pair() const { return blocks_ > 0 ? nearest_pairs_ / blocks_ : NearestPairDistance(pending_); }
  absl::StatusOr<FeatureStatistics> Moments() const { return moments_->Statistics(); }

 private:
  at::Tensor Features(const at::Tensor& images) const {
    const at::Tensor small = shrink_ > 1 ? at::avg_pool2d(images, {shrink_, shrink_}) : images;
    return classifier_->Features(ToBytes(small));
  }

  const TrainedClassifier* const classifier_;
  const int64_t shrink_;
  std::optional<MomentAccumulator> moments_;
  at::Tensor pending_;  // images of a block that is not whole yet
  double nearest_pairs_ = 0;
  int blocks_ = 0;
};

int64_t WholeBatches(int64_t samples, int64_t batch_size) { return (samples + batch_size - 1) / batch_size; }

absl::StatusOr<double> Frechet(const ImageStatistics& images, const FeatureStatistics& reals) {
  ASSIGN_OR_RETURN(const FeatureStatistics moments, images.Moments());
  ASSIGN_OR_RETURN(const FrechetDistance frechet, FrechetFromStatistics(moments, reals));
  return frechet.distance;
}

}  // namespace

double NearestPairDistance(const at::Tensor& images) {
  const at::Tensor rows = images.flatten(1).to(at::kDouble);
  return at::pdist(rows).min().item<double>() / std::sqrt(static_cast<double>(rows.size(1)));
}

double LargestStepRatio(const at::Tensor& paths) {
  const at::Tensor points = paths.flatten(2).to(at::kDouble);
  const at::Tensor steps = (points.slice(1, 1) - points.slice(1, 0, -1)).norm(2, {2});
  const at::Tensor largest = steps.amax(1), ratio = largest / steps.quantile(0.5, 1);
  return at::where(largest > 0, ratio, at::zeros_like(ratio)).max().item<double>();
}

absl::StatusOr<std::unique_ptr<Algorithm>> ScoredAlgorithm::Make(std::unique_ptr<Algorithm> algorithm,
                                                                 const SampleScoresConfig& config, int64_t iterations,
                                                                 const BatchSource& data,
                                                                 std::unique_ptr<TrainedClassifier> classifier,
                                                                 std::vector<SampleVariant> variants) {
  const std::vector<int64_t> shape = data.sample_shape();
  const int64_t shrink = config.shrink();
  if (shape.size() != 3 || shape[1] % shrink != 0 || shape[2] % shrink != 0) {
    return absl::InvalidArgumentError("scores are of images whose sides are multiples of scores.shrink");
  }
  if (classifier != nullptr) {
    RETURN_IF_ERROR(Annotate(classifier->Takes(shape[0], shape[1] / shrink, shape[2] / shrink),
                             "--classifier, of images shrunk by scores.shrink"));
  }
  return std::unique_ptr<Algorithm>(
      new ScoredAlgorithm(std::move(algorithm), config, iterations, std::move(classifier), std::move(variants)));
}

ScoredAlgorithm::ScoredAlgorithm(std::unique_ptr<Algorithm> algorithm, const SampleScoresConfig& config,
                                 int64_t iterations, std::unique_ptr<TrainedClassifier> classifier,
                                 std::vector<SampleVariant> variants)
    : algorithm_(std::move(algorithm)),
      config_(config),
      iterations_(iterations),
      classifier_(std::move(classifier)),
      variants_(std::move(variants)) {}

absl::StatusOr<Measurements> ScoredAlgorithm::Measure(int64_t iteration, BatchSource& real,
                                                      const RandomStreams& random) {
  ASSIGN_OR_RETURN(Measurements result, algorithm_->Measure(iteration, real, random));
  if (iteration != iterations_ && iteration % config_.every() != 0) return result;
  const at::NoGradGuard no_grad;
  if (!real_.has_value()) {
    ASSIGN_OR_RETURN(real_, ScoreReals(real));
  }
  const at::Tensor latents = NormalLatents(random, "score_latents", config_.samples(), latent_shape());
  RETURN_IF_ERROR(
      AddSampleScores([this](const at::Tensor& z) { return algorithm_->Sample(z); }, /*suffix=*/"", latents, result));
  for (const SampleVariant& variant : variants_) {
    RETURN_IF_ERROR(AddSampleScores(variant.sample, "_" + variant.name, latents, result));
  }
  if (classifier_ != nullptr) result.scalars.emplace_back("fid_lenet_real", real_->frechet);
  result.scalars.emplace_back("nearest_pair_real", real_->nearest_pair);
  AddPathScores(random, result);
  return result;
}

absl::Status ScoredAlgorithm::AddSampleScores(const Sampler& sample, const std::string& suffix,
                                              const at::Tensor& latents, Measurements& result) const {
  ImageStatistics statistics(classifier_.get(), config_.shrink());
  bool finite = true;  // else the generator is lost, which is a result
  for (const at::Tensor& chunk : latents.split(kBlock)) {
    const at::Tensor images = sample(chunk).cpu();
    finite = finite && std::isfinite(images.sum().item<double>());
    if (finite) RETURN_IF_ERROR(statistics.Add(images));
  }
  const double lost = std::numeric_limits<double>::quiet_NaN();
  if (classifier_ != nullptr) {
    double frechet = lost;
    if (finite) {
      ASSIGN_OR_RETURN(frechet, Frechet(statistics, real_->statistics));
    }
    result.scalars.emplace_back("fid_lenet" + suffix, frechet);
  }
  result.scalars.emplace_back("nearest_pair" + suffix, finite ? statistics.nearest_pair() : lost);
  return absl::OkStatus();
}

// The first batches of the data's order stand in for generated images, those after them are what all are compared with.
absl::StatusOr<ScoredAlgorithm::RealScores> ScoredAlgorithm::ScoreReals(BatchSource& real) const {
  const int64_t batch = real.batch_size(), first = WholeBatches(config_.samples(), batch);
  int64_t end = first + WholeBatches(config_.real_samples(), batch);
  if (classifier_ == nullptr) end = first;
  if (real.info().size > 0) end = std::min(end, std::max(first + 1, real.info().size / batch));
  ImageStatistics further(classifier_.get(), config_.shrink()), compared(classifier_.get(), config_.shrink());
  for (int64_t k = 0; k < end; ++k) {
    ASSIGN_OR_RETURN(const at::Tensor images, real.Batch(k));
    RETURN_IF_ERROR((k < first ? further : compared).Add(images));
  }
  RealScores scores;
  scores.nearest_pair = further.nearest_pair();
  if (classifier_ == nullptr) return scores;
  ASSIGN_OR_RETURN(scores.statistics, compared.Moments());
  ASSIGN_OR_RETURN(scores.frechet, Frechet(further, scores.statistics));
  return scores;
}

void ScoredAlgorithm::AddPathScores(const RandomStreams& random, Measurements& result) {
  const at::Tensor ends = NormalLatents(random, "score_path_ends", 2 * kPaths, latent_shape());
  const at::Tensor from = ends.slice(0, 0, kPaths), to = ends.slice(0, kPaths);
  const at::Tensor at_ends = SampleInChunks(*algorithm_, ends);
  double difference = 0;
  const std::pair<const char*, Interpolation> kinds[] = {{"straight_step_ratio", Interpolation::kStraight},
                                                         {"spherical_step_ratio", Interpolation::kSpherical}};
  for (const auto& [name, kind] : kinds) {
    const at::Tensor samples = SampleInChunks(*algorithm_, InterpolatedLatents(from, to, kPathLength, kind));
    const at::Tensor paths = samples.unflatten(0, {kPaths, kPathLength});
    result.scalars.emplace_back(name, LargestStepRatio(paths));
    const at::Tensor path_ends = at::cat({paths.select(1, 0), paths.select(1, kPathLength - 1)});
    difference = std::max(difference, (path_ends - at_ends).abs().max().item<double>());
  }
  result.scalars.emplace_back("path_end_difference", difference);
}

}  // namespace wgan
