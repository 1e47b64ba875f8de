// Convolutions beside a resampling by 2, each as one convolution of stride 2 with a kernel that is larger by one. For a
// 3x3 kernel that takes 4/9 of the products, and there is no finer map in between.
//
//   the mean over 2x2 squares of w * x:    kernel w'[p] = 1/4 sum_(a in {0,1}^2) w[p - a];
//   w * (x with every pixel doubled):      the transpose of that for w flipped, times 4.
//
// Weights are [out,in,n,n], n odd, with zero padding (n - 1) / 2; biases [out] or undefined. Equal to the two steps up
// to the order of sums, and differentiable by autograd to any order.
#ifndef COMMON_NN_RESAMPLING_CONV_H_
#define COMMON_NN_RESAMPLING_CONV_H_

#include <ATen/core/Tensor.h>

namespace wgan {

// AvgPool(2, 2)(Conv(x)): [B,in,H,W] -> [B,out,H/2,W/2], halves rounded down.
at::Tensor ConvMeanPool(const at::Tensor& x, const at::Tensor& weight, const at::Tensor& bias);

// Conv(nearest upsampling by 2 of x): [B,in,H,W] -> [B,out,2H,2W].
at::Tensor UpsampleConv(const at::Tensor& x, const at::Tensor& weight, const at::Tensor& bias);

// w' [out,in,n+1,n+1], and the gradient with respect to w, given that with respect to w'.
at::Tensor MeanPoolKernel(const at::Tensor& weight);
at::Tensor MeanPoolKernelBackward(const at::Tensor& gradient);

}  // namespace wgan

#endif  // COMMON_NN_RESAMPLING_CONV_H_
