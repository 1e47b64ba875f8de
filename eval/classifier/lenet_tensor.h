// The network of our classifiers, after LeNet-5 (LeCun, Bottou, Bengio, Haffner, "Gradient-based learning applied to
// document recognition", 1998): two convolutions with pooling, two linear layers; with ReLU and maxima as is usual now.
#ifndef EVAL_CLASSIFIER_LENET_TENSOR_H_
#define EVAL_CLASSIFIER_LENET_TENSOR_H_

#include <ATen/core/Tensor.h>
#include <torch/nn/module.h>

#include <cstdint>
#include <memory>

#include "common/nn/layers.h"

namespace wgan {

struct LeNetShape {
  int64_t image_size = 0;  // a multiple of 4
  int64_t channels = 0;    // of the images
  int64_t width = 0;       // of the first convolution
  int64_t features = 0;
  int64_t classes = 0;
};

// conv 5x5 C -> w, ReLU, max 2x2; conv 5x5 w -> 2w, ReLU, max 2x2; linear 2w (s/4)^2 -> F, ReLU: the features;
// linear F -> K. Convolutions keep the size. (25 C + 1) w + (25 w + 1) 2w + (2w (s/4)^2 + 1) F + (F + 1) K parameters.
class LeNet : public torch::nn::Module {
 public:
  // Parameters are uninitialised; Initialize (common/nn/initialize.h) fills them.
  explicit LeNet(const LeNetShape& shape);

  const LeNetShape& shape() const { return shape_; }
  at::Tensor Features(const at::Tensor& images) const;  // [B,C,s,s] in [-1,1] -> [B,F], not negative
  at::Tensor Logits(const at::Tensor& features) const;  // [B,F] -> [B,K]

 private:
  const LeNetShape shape_;
  std::shared_ptr<ConvLayer> conv_0_, conv_1_;
  std::shared_ptr<LinearLayer> linear_0_, linear_1_;
};

}  // namespace wgan

#endif  // EVAL_CLASSIFIER_LENET_TENSOR_H_
