// The 2015 Inception network, for scores that are defined by it (FID, KID, Inception score). Inference only.
#ifndef COMMON_NN_INCEPTION_V3_H_
#define COMMON_NN_INCEPTION_V3_H_

#include <ATen/core/Tensor.h>

#include <map>
#include <string>

#include "absl/status/statusor.h"

namespace wgan {

// What the network says of images, float32 [B,d]. The first three are means over all pixels of an inner layer.
struct InceptionFeatures {
  at::Tensor after_first_pool;   // d = 64, after the first max pooling
  at::Tensor after_second_pool;  // d = 192, after the second one
  at::Tensor before_auxiliary;   // d = 768, after Mixed_6e
  at::Tensor pooled;             // d = 2048, the last pooling: what FID and KID compare
  at::Tensor logits_unbiased;    // d = 1008, without the last bias: what the Inception score takes
  at::Tensor logits;             // d = 1008
};

// The layer at which to stop; what lies behind it is left undefined. Named by width, as torch-fidelity does.
enum class InceptionLayer { k64, k192, k768, k2048, kLogits };

// Differs from torchvision's inception_v3 as the TensorFlow graph does: average pooling does not count the padding, the
// last block pools by maximum, 1008 classes, its own resizing (inception_v3_input.h). Batch normalisation is folded
// into the convolutions, which run in channels-last layout with packed weights and the ReLU inside; the 1x1 convolution
// behind an average pooling is applied before it, where it is cheaper (both are linear). Equal to torch-fidelity's
// inception-v3-compat to about 1e-6 of the features' size.
class InceptionV3 {
 public:
  // From tensors under either set of names of inception_v3_layout.h; others are ignored (num_batches_tracked).
  // kInvalidArgument, naming `source`, the tensor and its shape, if one is missing or of another shape.
  static absl::StatusOr<InceptionV3> FromWeights(const std::map<std::string, at::Tensor>& weights,
                                                 const std::string& source);

  // From a file: .safetensors, or what torch.save or torch.jit.save wrote, read without running anything in it
  // (common/io/pth.h).
  static absl::StatusOr<InceptionV3> Load(const std::string& path);

  // `images` uint8 [B,3,H,W] in 0..255, B, H, W >= 1, any size. kInvalidArgument otherwise: bytes are what the scores
  // are defined on, and a float image could be in any of three ranges. An image's features depend on that image alone,
  // up to rounding that the batch size may change.
  absl::StatusOr<InceptionFeatures> Forward(const at::Tensor& images,
                                            InceptionLayer last = InceptionLayer::kLogits) const;

 private:
  InceptionV3() = default;

  // Forward() of one piece.
  InceptionFeatures ForwardPiece(const at::Tensor& images, InceptionLayer last) const;
  at::Tensor Apply(const std::string& name, const at::Tensor& x, bool relu = true) const;
  at::Tensor PoolBranch(const std::string& block, const at::Tensor& x) const;
  at::Tensor BlockA(const std::string& block, const at::Tensor& x) const;
  at::Tensor BlockB(const std::string& block, const at::Tensor& x) const;
  at::Tensor BlockC(const std::string& block, const at::Tensor& x) const;
  at::Tensor BlockD(const std::string& block, const at::Tensor& x) const;
  at::Tensor BlockE(const std::string& block, const at::Tensor& x, bool average) const;

  struct Convolution {
    at::Tensor weight;  // [out,in,height,width], folded and packed
    at::Tensor bias;    // [out]
    int64_t padding_rows, padding_columns, stride;
  };
  std::map<std::string, Convolution> convolutions_;
  at::Tensor classifier_weight_, classifier_bias_;  // [1008,2048], [1008]
};

}  // namespace wgan

#endif  // COMMON_NN_INCEPTION_V3_H_
