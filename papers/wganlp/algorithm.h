// Training of WGAN-GP, WGAN-LP and the paper's other variants: points of the plane (Section 6) and CIFAR-10 (App. D).
#ifndef PAPERS_WGANLP_ALGORITHM_H_
#define PAPERS_WGANLP_ALGORITHM_H_

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
#include "common/train/optimizer.h"
#include "datasets/batch_source.h"
#include "eval/image_classifier_tensor.h"
#include "papers/wganlp/networks.h"
#include "papers/wganlp/objective.h"
#include "papers/wganlp/wganlp.pb.h"

namespace wgan::wganlp {

class WganLp : public Algorithm {
 public:
  // Freshly initialised networks on `device`. `config` must be valid (validate.h). `validation`: images that are not
  // trained on, for image_evaluation; null where none is wanted. `classifier`: for the score of generated images; null:
  // no score.
  WganLp(const WganLpConfig& config, const RandomStreams& random, at::Device device,
         std::unique_ptr<BatchSource> validation = nullptr, std::unique_ptr<ImageClassifier> classifier = nullptr);

  std::vector<std::string> ScalarNames() const override;
  absl::StatusOr<std::vector<double>> Step(int64_t iteration, BatchSource& real, const RandomStreams& random) override;
  absl::StatusOr<Measurements> Measure(int64_t iteration, BatchSource& real, const RandomStreams& random) override;
  std::vector<int64_t> latent_shape() const override { return {networks_.latent_dim}; }
  at::Tensor Sample(const at::Tensor& latents) override;
  void VisitState(StateVisitor& visitor) override;
  std::vector<std::pair<std::string, NamedTensors>> ExportedNetworks() override;

  // What one critic update sees.
  struct Round {
    at::Tensor real;    // x [B,...]
    at::Tensor fake;    // y [B,...], without graph
    at::Tensor points;  // x-hat [n,...] of a gradient penalty, else undefined
    at::Tensor labels;  // int64 [B], the class of x_i and of y_i; undefined without classes
  };
  // Leaves the gradient of the critic's objective in its parameters, by the configured route.
  struct CriticEvaluation {
    CriticLoss loss;
    at::Tensor real, fake;  // f(x), f(y) [B]
    at::Tensor gradients;   // grad f(x-hat) [n,...], undefined without points
    double classification = 0;
  };
  // Public for the test that holds the two routes against each other, and for the benchmark.
  absl::StatusOr<Round> DrawRound(int64_t update, BatchSource& real, const RandomStreams& random);
  CriticEvaluation AccumulateCriticGradient(const Round& round);
  double GeneratorStep(int64_t iteration, const RandomStreams& random);
  Network& critic() { return *networks_.critic; }

 private:
  absl::StatusOr<CriticEvaluation> UpdateCritic(int64_t iteration, BatchSource& real, const RandomStreams& random);
  at::Tensor PenaltyPoints(const at::Tensor& real, const at::Tensor& fake, RandomStream random) const;
  CriticLoss ObjectiveOf(const at::Tensor& critic_real, const at::Tensor& critic_fake, const at::Tensor& gradients,
                         const at::Tensor& distances) const;
  CriticEvaluation CriticGradientInClosedForm(const Round& round);
  CriticEvaluation CriticGradientByAutograd(const Round& round);
  absl::Status AddValidation(int64_t iteration, const RandomStreams& random, Measurements& result);
  absl::Status AddScore(int64_t iteration, const RandomStreams& random, Measurements& result);
  CriticLoss LossOf(const Round& round);
  double AccumulateClassificationGradient(const Round& round);
  double PenaltyWeight() const;  // lambda; 0 where weights are clipped
  std::vector<double> Scalars(const CriticEvaluation& critic, double generator_loss) const;

  WganLpConfig config_;
  at::Device device_;
  GanNetworks networks_;
  std::unique_ptr<Optimizer> critic_optimizer_, generator_optimizer_;
  std::unique_ptr<BatchSource> validation_;
  std::unique_ptr<ImageClassifier> classifier_;
};

}  // namespace wgan::wganlp

#endif  // PAPERS_WGANLP_ALGORITHM_H_
