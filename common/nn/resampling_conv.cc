#include "common/nn/resampling_conv.h"

#include <ATen/ops/avg_pool2d.h>
#include <ATen/ops/conv2d.h>
#include <ATen/ops/conv_transpose2d.h>
#include <ATen/ops/flip.h>

namespace wgan {
namespace {

int64_t Padding(const at::Tensor& weight) { return (weight.size(2) - 1) / 2; }

}  // namespace

at::Tensor MeanPoolKernel(const at::Tensor& weight) {
  return at::avg_pool2d(weight, /*kernel_size=*/2, /*stride=*/1, /*padding=*/1);  // which counts the zeros outside
}

at::Tensor MeanPoolKernelBackward(const at::Tensor& gradient) {
  return at::avg_pool2d(gradient, /*kernel_size=*/2, /*stride=*/1);
}

at::Tensor ConvMeanPool(const at::Tensor& x, const at::Tensor& weight, const at::Tensor& bias) {
  return at::conv2d(x, MeanPoolKernel(weight), bias, /*stride=*/2, Padding(weight));
}

at::Tensor UpsampleConv(const at::Tensor& x, const at::Tensor& weight, const at::Tensor& bias) {
  const at::Tensor kernel = MeanPoolKernel(weight * 4).flip({2, 3}).transpose(0, 1);
  return at::conv_transpose2d(x, kernel, bias, /*stride=*/2, Padding(weight));
}

}  // namespace wgan
