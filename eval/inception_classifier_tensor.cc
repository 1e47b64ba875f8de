#include "eval/inception_classifier_tensor.h"

#include <ATen/ops/softmax.h>

#include "absl/strings/str_cat.h"
#include "common/base/status_macros.h"
#include "common/io/sha256.h"

namespace wgan {

absl::StatusOr<std::unique_ptr<InceptionClassifier>> InceptionClassifier::Load(const std::string& path) {
  ASSIGN_OR_RETURN(InceptionV3 network, InceptionV3::Load(path));
  ASSIGN_OR_RETURN(const std::string digest, Sha256HexOfFile(path));
  std::string description = absl::StrCat("inception of 2015-12-05, sha256:", digest.substr(0, 16));
  return std::unique_ptr<InceptionClassifier>(new InceptionClassifier(std::move(network), std::move(description)));
}

at::Tensor InceptionClassifier::Probabilities(const at::Tensor& images) {
  const absl::StatusOr<InceptionFeatures> features = network_.Forward(images);
  TORCH_CHECK(features.ok(), features.status().ToString());
  return at::softmax(features->logits_unbiased.to(at::kDouble), 1);
}

}  // namespace wgan
