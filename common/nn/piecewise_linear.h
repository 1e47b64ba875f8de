// A critic made of affine maps, leaky ReLUs, average pools and sums, written down as the list of its operations.
//
// Such a network f is affine on each piece of a finite partition of its input space. The list is the one description of
// its architecture: Evaluate runs it under autograd, and CriticTape (critic_tape.h) walks it to find gradients of
// |grad_x f| with respect to the parameters without a second-order graph. No batch normalisation, no smooth
// activation: those are not piecewise linear, and need autograd.
#ifndef COMMON_NN_PIECEWISE_LINEAR_H_
#define COMMON_NN_PIECEWISE_LINEAR_H_

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <vector>

namespace wgan {

// Which operation of the list made a number: 0 is the network's input, k the result of the k-th operation.
using ValueIndex = int;

// One operation. `weight` and `bias` share memory with the parameters of the module that wrote the list.
struct PiecewiseLinearOp {
  enum class Kind { kConv2d, kLinear, kLeakyRelu, kAvgPool2d, kFlatten, kAddScaled };
  Kind kind{};
  ValueIndex input = 0;
  ValueIndex addend = -1;  // kAddScaled: the term that is scaled
  at::Tensor weight = {};  // kConv2d [out,in,k,k], kLinear [out,in]
  at::Tensor bias = {};    // kConv2d, kLinear: [out] or undefined
  int64_t kernel = 0;      // kAvgPool2d
  int64_t stride = 1;      // kConv2d, kAvgPool2d
  int64_t padding = 0;     // kConv2d, kAvgPool2d: zeros on each side, which the average counts
  double factor = 0;       // kLeakyRelu: the slope, >= 0; kAddScaled: the scale
  bool mean_pool = false;  // kConv2d: `weight` stands for its MeanPoolKernel (resampling_conv.h)

  // Has a weight, and so a parameter gradient.
  bool IsAffine() const { return kind == Kind::kConv2d || kind == Kind::kLinear; }
  // kConv2d: what its input is convolved with.
  at::Tensor Kernel() const;
};

class PiecewiseLinear {
 public:
  // Each of these appends one operation and returns the index of its result; arguments are earlier results, or kInput.
  static constexpr ValueIndex kInput = 0;
  ValueIndex Conv2d(ValueIndex x, const at::Tensor& weight, const at::Tensor& bias, int64_t stride, int64_t padding);
  // A convolution that keeps height and width, then the mean over 2x2 squares; in 4/9 of a 3x3 convolution's products.
  ValueIndex ConvMeanPool(ValueIndex x, const at::Tensor& weight, const at::Tensor& bias);
  ValueIndex Linear(ValueIndex x, const at::Tensor& weight, const at::Tensor& bias);
  ValueIndex LeakyRelu(ValueIndex x, double slope);
  ValueIndex AvgPool2d(ValueIndex x, int64_t kernel, int64_t stride, int64_t padding);
  // [B,C,H,W] to [B,C*H*W], channels slowest.
  ValueIndex Flatten(ValueIndex x);
  // x + scale * y.
  ValueIndex AddScaled(ValueIndex x, ValueIndex y, double scale);

  // f(x) [B] for `x` [B,...]: the last operation's result, which has one number a row. Differentiable by autograd to
  // any order; nothing is overwritten in place. A leaky ReLU has derivative `slope` at 0.
  at::Tensor Evaluate(const at::Tensor& x) const;

  const std::vector<PiecewiseLinearOp>& ops() const { return ops_; }
  // The last operation that reads `value`; ops().size() for the network's result.
  int LastReader(ValueIndex value) const { return last_reader_[value]; }

 private:
  ValueIndex Append(PiecewiseLinearOp op);

  std::vector<PiecewiseLinearOp> ops_;
  std::vector<int> last_reader_ = {0};  // by value
};

// The result of `op` on its arguments `x` and, for kAddScaled only, `addend`.
at::Tensor ApplyOp(const PiecewiseLinearOp& op, const at::Tensor& x, const at::Tensor& addend);

// `x` in the layout in which the convolutions run fastest: channels last if it has four dimensions.
at::Tensor PreferredLayout(const at::Tensor& x);

}  // namespace wgan

#endif  // COMMON_NN_PIECEWISE_LINEAR_H_
