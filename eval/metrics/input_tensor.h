// What a metric compares: images from a folder or a data set, or what an .npz file says of them, as features.
#ifndef EVAL_METRICS_INPUT_TENSOR_H_
#define EVAL_METRICS_INPUT_TENSOR_H_

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "common/nn/inception_v3.h"
#include "datasets/image_reader.h"
#include "eval/classifier/trained_classifier_tensor.h"
#include "eval/metrics/moments_tensor.h"

namespace wgan {

// How features are made of images.
struct FeatureExtractor {
  // At most one of the two. The 2015 Inception network, or a small classifier of ours; without them the pixels
  // themselves, v / 255, are the features. Only scores of the first are called by its names.
  std::optional<InceptionV3> inception;
  std::unique_ptr<TrainedClassifier> lenet;
  int64_t batch_size = 64;
  // Called after each batch with the images done and their number; may be empty.
  std::function<void(int64_t done, int64_t total)> progress;
};

// Where images come from that are in no folder.
struct ImageSources {
  std::string datasets_root;        // folder of the files of the data sets
  int64_t generated_count = 50000;  // images that are drawn from a run's generator
  uint64_t seed = 2020;             // of their latents
};

// One side of a comparison.
struct MetricInput {
  std::string name;           // as the user gave it
  std::string split;          // "train", "test", or "" where there is none
  int64_t count = 0;          // images; 0: a file of statistics does not say
  int64_t lossy = 0;          // images that come from JPEG files: their scores are not those of the pixels
  at::Tensor features;        // [n,d] float32; undefined if only statistics are known
  at::Tensor logits;          // [n,K]: Inception's without bias, K = 1008, or the classifier's; undefined for pixels
  FeatureStatistics moments;  // undefined tensors if there is nothing but features
};

// Opens `spec`: a folder of .png, .jpg, .jpeg files (at any depth, at their own sizes, without any crop), the directory
// of a training run, whose generator draws images (trained_generator_tensor.h), an .npz file of statistics
// (statistics_file_tensor.h), or a data set:
//   portraits-N (the first N, 64 x 64 or as large as the classifier's), cifar10-train, cifar10-test, mnist-train,
//   mnist-test, fashion_mnist-train, fashion_mnist-test
// in `sources`, and computes its features. A classifier takes only images of its own size, and of grey ones its
// one channel. Every image counts: one that cannot be read is an error that names it,
// since a score of fewer images is another score. Errors: kNotFound, kInvalidArgument, and those of the readers.
absl::StatusOr<MetricInput> OpenMetricInput(const std::string& spec, const ImageSources& sources,
                                            const FeatureExtractor& extractor);

// The features of all images of `reader`, at their own sizes.
absl::Status ComputeFeatures(const ImageReader& reader, const FeatureExtractor& extractor, MetricInput& input);

}  // namespace wgan

#endif  // EVAL_METRICS_INPUT_TENSOR_H_
