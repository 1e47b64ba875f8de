// A classifier that train_tensor.h trained, from its file: for the score of generated images, and for Frechet distances
// between its features, which are never called FID.
#ifndef EVAL_CLASSIFIER_TRAINED_CLASSIFIER_TENSOR_H_
#define EVAL_CLASSIFIER_TRAINED_CLASSIFIER_TENSOR_H_

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "eval/classifier/lenet_tensor.h"
#include "eval/image_classifier_tensor.h"

namespace wgan {

// What the file of a classifier says beside its weights.
struct ClassifierRecord {
  LeNetShape shape;
  std::string dataset;         // name of the data that it was trained on (DatasetInfo)
  std::string dataset_digest;  // of the training images
  std::string description;     // of them, for people
  double accuracy = 0;         // share of the held-out images that it classifies rightly
  int64_t held_out = 0;        // their number
};

// Writes `network` and `record` as one safetensors file, atomically.
absl::Status SaveClassifier(const std::string& path, const LeNet& network, const ClassifierRecord& record);

class TrainedClassifier : public ImageClassifier {
 public:
  // kDataLoss for a damaged file, kInvalidArgument for one that is no classifier of ours; both name `path`.
  static absl::StatusOr<std::unique_ptr<TrainedClassifier>> Load(const std::string& path);

  const ClassifierRecord& record() const { return record_; }
  // "lenet of cifar10, accuracy 0.6512, sha256:0123456789abcdef" (of the weights).
  const std::string& description() const { return description_; }

  std::string score_name() const override { return "classifier_score"; }
  at::Tensor Probabilities(const at::Tensor& images) override;

  // `images` uint8 [n,C,s,s] of the classifier's shape, as in Probabilities; float32 [n,F] of the layer before the
  // last, float32 [n,K]. An image's numbers depend on that image alone.
  at::Tensor Features(const at::Tensor& images) const;
  at::Tensor Logits(const at::Tensor& features) const;

  // The features of images float32 in [-1,1], where bytes would be too coarse.
  at::Tensor FeaturesOfValues(const at::Tensor& images) const;

  // kInvalidArgument unless images of [channels,height,width] are what it takes.
  absl::Status Takes(int64_t channels, int64_t height, int64_t width) const;

 private:
  TrainedClassifier(std::shared_ptr<LeNet> network, ClassifierRecord record, std::string description);

  const std::shared_ptr<LeNet> network_;
  const ClassifierRecord record_;
  const std::string description_;
};

}  // namespace wgan

#endif  // EVAL_CLASSIFIER_TRAINED_CLASSIFIER_TENSOR_H_
