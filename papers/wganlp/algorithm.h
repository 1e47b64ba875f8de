// Training of WGAN-GP, WGAN-LP and the paper's other variants: points of the plane (Section 6) and CIFAR-10 (App. D).
#ifndef PAPERS_WGANLP_ALGORITHM_H_
#define PAPERS_WGANLP_ALGORITHM_H_

#include <ATen/core/Tensor.h>

#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "common/algorithms/penalized_gan.h"
#include "common/base/random_stream.h"
#include "common/train/algorithm.h"
#include "datasets/batch_source.h"
#include "eval/image_classifier_tensor.h"
#include "papers/wganlp/wganlp.pb.h"

namespace wgan::wganlp {

class WganLp : public PenalizedGan {
 public:
  // Freshly initialised networks on `device`. `config` must be valid (validate.h). `validation`: images that are not
  // trained on, for image_evaluation; null where none is wanted. `classifiers`: each scores generated images.
  WganLp(const WganLpConfig& config, const RandomStreams& random, at::Device device,
         std::unique_ptr<BatchSource> validation = nullptr,
         std::vector<std::unique_ptr<ImageClassifier>> classifiers = {});

  std::vector<std::string> ScalarNames() const override;
  absl::StatusOr<Measurements> Measure(int64_t iteration, BatchSource& real, const RandomStreams& random) override;

 protected:
  CriticLoss CriticObjective(const CriticOutputs& outputs) const override;
  at::Tensor GeneratorObjective(const at::Tensor& critic_fake) const override;
  std::vector<double> Scalars(const CriticEvaluation& critic, double generator_loss) const override;
  // AC-GAN: the critic's second head learns the real images' classes, the generator to make images of theirs.
  double AccumulateFurtherCriticGradient(const Round& round) override;
  at::Tensor FurtherGeneratorLoss(const at::Tensor& fake, const at::Tensor& labels) override;

 private:
  absl::Status AddValidation(int64_t iteration, const RandomStreams& random, Measurements& result);
  absl::Status AddScores(int64_t iteration, const RandomStreams& random, Measurements& result);
  double PenaltyWeight() const;  // lambda; 0 where weights are clipped

  WganLpConfig config_;
  std::unique_ptr<BatchSource> validation_;
  std::vector<std::unique_ptr<ImageClassifier>> classifiers_;
};

}  // namespace wgan::wganlp

#endif  // PAPERS_WGANLP_ALGORITHM_H_
