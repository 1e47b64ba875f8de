// The 2015 Inception network as the classifier behind the Inception score, from weights that the user supplies.
#ifndef EVAL_INCEPTION_CLASSIFIER_TENSOR_H_
#define EVAL_INCEPTION_CLASSIFIER_TENSOR_H_

#include <ATen/core/Tensor.h>

#include <memory>
#include <string>
#include <utility>

#include "absl/status/statusor.h"
#include "common/nn/inception_v3.h"
#include "eval/image_classifier_tensor.h"

namespace wgan {

class InceptionClassifier : public ImageClassifier {
 public:
  // A file that InceptionV3::Load reads; its errors.
  static absl::StatusOr<std::unique_ptr<InceptionClassifier>> Load(const std::string& path);

  // "inception of 2015-12-05, sha256:0123456789abcdef" (of the file).
  const std::string& description() const { return description_; }

  std::string score_name() const override { return "inception_score"; }
  // softmax(W pooled) [n,1008], without the last bias, as the released Inception score has it; images of any size, with
  // 3 channels.
  at::Tensor Probabilities(const at::Tensor& images) override;

 private:
  InceptionClassifier(InceptionV3 network, std::string description)
      : network_(std::move(network)), description_(std::move(description)) {}

  const InceptionV3 network_;
  const std::string description_;
};

}  // namespace wgan

#endif  // EVAL_INCEPTION_CLASSIFIER_TENSOR_H_
