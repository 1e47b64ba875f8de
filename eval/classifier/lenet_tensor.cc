#include "eval/classifier/lenet_tensor.h"

#include <ATen/ops/max_pool2d.h>
#include <ATen/ops/relu.h>

namespace wgan {

LeNet::LeNet(const LeNetShape& shape)
    : shape_(shape),
      conv_0_(register_module("conv_0", std::make_shared<ConvLayer>(shape.channels, shape.width, 5, true))),
      conv_1_(register_module("conv_1", std::make_shared<ConvLayer>(shape.width, 2 * shape.width, 5, true))),
      linear_0_(register_module(
          "linear_0", std::make_shared<LinearLayer>(2 * shape.width * (shape.image_size / 4) * (shape.image_size / 4),
                                                    shape.features))),
      linear_1_(register_module("linear_1", std::make_shared<LinearLayer>(shape.features, shape.classes))) {}

at::Tensor LeNet::Features(const at::Tensor& images) const {
  at::Tensor x = at::max_pool2d(at::relu(conv_0_->Forward(images)), {2, 2});
  x = at::max_pool2d(at::relu(conv_1_->Forward(x)), {2, 2});
  // In the order of channel, row, column, whatever the layout in memory.
  return at::relu(linear_0_->Forward(x.reshape({x.size(0), -1})));
}

at::Tensor LeNet::Logits(const at::Tensor& features) const { return linear_1_->Forward(features); }

}  // namespace wgan
