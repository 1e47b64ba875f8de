// An algorithm whose generated samples are scored while it trains, whatever it is.
#ifndef EVAL_SCORED_ALGORITHM_TENSOR_H_
#define EVAL_SCORED_ALGORITHM_TENSOR_H_

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "common/base/random_stream.h"
#include "common/io/tensor.h"
#include "common/train/algorithm.h"
#include "common/train/sample_scores.pb.h"
#include "datasets/batch_source.h"
#include "eval/classifier/trained_classifier_tensor.h"
#include "eval/metrics/moments_tensor.h"

namespace wgan {

// Samples [n,C,H,W] in [-1,1] for latents [n, latent_shape...].
using Sampler = std::function<at::Tensor(const at::Tensor& latents)>;

// Another state of an algorithm's generator that is scored beside the evaluated one, under names that end in
// "_" + name: "fid_lenet_no_average".
struct SampleVariant {
  std::string name;
  Sampler sample;
};

// The least distance of two rows of `images` [n,C,H,W], n >= 2, as the root of the mean squared difference of their
// numbers.
double NearestPairDistance(const at::Tensor& images);

// For `paths` [rows, columns, ...] the largest ratio, over the rows, of the largest to the median Euclidean step
// between neighbours: near 1 for a smooth path. 0 where no row moves at all.
double LargestStepRatio(const at::Tensor& paths);

// Does all that `algorithm` does, and adds to what it measures, every `every` iterations and after the last:
//   fid_lenet            Frechet distance between the classifier's features of generated and of real images. No FID
//   fid_lenet_real       the same of further real images in place of generated ones: what perfect samples would have
//   nearest_pair         mean of NearestPairDistance over blocks of 64, and of real images (nearest_pair_real)
//   straight_step_ratio  LargestStepRatio of 8 paths of 10 samples along straight lines between latents
//   spherical_step_ratio the same along great circles
//   path_end_difference  largest difference of a number at the paths' ends from G of the end's latent by itself
// Always from the same latents. The scores leave training as it is.
class ScoredAlgorithm : public Algorithm {
 public:
  // `config` must be valid; `iterations` is the run's number of them. `classifier` null: without what needs it.
  // kInvalidArgument if it does not take the images of `data`, shrunk.
  static absl::StatusOr<std::unique_ptr<Algorithm>> Make(std::unique_ptr<Algorithm> algorithm,
                                                         const SampleScoresConfig& config, int64_t iterations,
                                                         const BatchSource& data,
                                                         std::unique_ptr<TrainedClassifier> classifier,
                                                         std::vector<SampleVariant> variants = {});

  std::vector<std::string> ScalarNames() const override { return algorithm_->ScalarNames(); }
  absl::StatusOr<std::vector<double>> Step(int64_t iteration, BatchSource& real, const RandomStreams& random) override {
    return algorithm_->Step(iteration, real, random);
  }
  absl::StatusOr<Measurements> Measure(int64_t iteration, BatchSource& real, const RandomStreams& random) override;
  std::vector<int64_t> latent_shape() const override { return algorithm_->latent_shape(); }
  at::Tensor Sample(const at::Tensor& latents) override { return algorithm_->Sample(latents); }
  void VisitState(StateVisitor& visitor) override { algorithm_->VisitState(visitor); }
  std::vector<std::pair<std::string, NamedTensors>> ExportedNetworks() override {
    return algorithm_->ExportedNetworks();
  }

 private:
  // Of real images, the same at every iteration.
  struct RealScores {
    FeatureStatistics statistics;  // empty without a classifier
    double frechet = 0;            // of further real images to them
    double nearest_pair = 0;
  };

  ScoredAlgorithm(std::unique_ptr<Algorithm> algorithm, const SampleScoresConfig& config, int64_t iterations,
                  std::unique_ptr<TrainedClassifier> classifier, std::vector<SampleVariant> variants);
  absl::StatusOr<RealScores> ScoreReals(BatchSource& real) const;
  absl::Status AddSampleScores(const Sampler& sample, const std::string& suffix, const at::Tensor& latents,
                               Measurements& result) const;
  void AddPathScores(const RandomStreams& random, Measurements& result);

  const std::unique_ptr<Algorithm> algorithm_;
  const SampleScoresConfig config_;
  const int64_t iterations_;
  const std::unique_ptr<TrainedClassifier> classifier_;
  const std::vector<SampleVariant> variants_;
  std::optional<RealScores> real_;  // computed when first asked for
};

}  // namespace wgan

#endif  // EVAL_SCORED_ALGORITHM_TENSOR_H_
