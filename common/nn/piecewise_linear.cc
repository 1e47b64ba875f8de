#include "common/nn/piecewise_linear.h"

#include <ATen/ops/add.h>
#include <ATen/ops/avg_pool2d.h>
#include <ATen/ops/conv2d.h>
#include <ATen/ops/leaky_relu.h>
#include <c10/core/MemoryFormat.h>
#include <c10/util/Exception.h>

#include <utility>

#include "common/nn/dense_product.h"
#include "common/nn/resampling_conv.h"

namespace wgan {

using Kind = PiecewiseLinearOp::Kind;

at::Tensor PreferredLayout(const at::Tensor& x) {
  return x.dim() == 4 ? x.contiguous(at::MemoryFormat::ChannelsLast) : x.contiguous();
}

at::Tensor PiecewiseLinearOp::Kernel() const { return mean_pool ? MeanPoolKernel(weight) : weight; }

at::Tensor ApplyOp(const PiecewiseLinearOp& op, const at::Tensor& x, const at::Tensor& addend) {
  switch (op.kind) {
    case Kind::kConv2d:
      return at::conv2d(x, op.Kernel(), op.bias, op.stride, op.padding);
    case Kind::kLinear:
      return DenseProduct(x, op.weight, op.bias);
    case Kind::kLeakyRelu:
      return at::leaky_relu(x, op.factor);
    case Kind::kAvgPool2d:
      return at::avg_pool2d(x, op.kernel, op.stride, op.padding);
    case Kind::kFlatten:
      return x.flatten(1);
    case Kind::kAddScaled:
      return at::add(x, addend, op.factor);
  }
  TORCH_CHECK(false, "not an operation");
}

ValueIndex PiecewiseLinear::Append(PiecewiseLinearOp op) {
  const ValueIndex result = static_cast<ValueIndex>(ops_.size()) + 1;
  TORCH_CHECK(op.input >= 0 && op.input < result && op.addend < result, "an argument is not an earlier result");
  last_reader_[op.input] = result - 1;
  if (op.addend >= 0) last_reader_[op.addend] = result - 1;
  last_reader_.push_back(result);  // read by nobody yet: it may be the network's result
  ops_.push_back(std::move(op));
  return result;
}

ValueIndex PiecewiseLinear::Conv2d(ValueIndex x, const at::Tensor& weight, const at::Tensor& bias, int64_t stride,
                                   int64_t padding) {
  return Append(
      {.kind = Kind::kConv2d, .input = x, .weight = weight, .bias = bias, .stride = stride, .padding = padding});
}

ValueIndex PiecewiseLinear::ConvMeanPool(ValueIndex x, const at::Tensor& weight, const at::Tensor& bias) {
  return Append({.kind = Kind::kConv2d,
                 .input = x,
                 .weight = weight,
                 .bias = bias,
                 .stride = 2,
                 .padding = (weight.size(2) - 1) / 2,
                 .mean_pool = true});
}

ValueIndex PiecewiseLinear::Linear(ValueIndex x, const at::Tensor& weight, const at::Tensor& bias) {
  return Append({.kind = Kind::kLinear, .input = x, .weight = weight, .bias = bias});
}

ValueIndex PiecewiseLinear::LeakyRelu(ValueIndex x, double slope) {
  TORCH_CHECK(slope >= 0, "the sign of a leaky ReLU's result tells its piece only if the slope is not negative");
  return Append({.kind = Kind::kLeakyRelu, .input = x, .factor = slope});
}

ValueIndex PiecewiseLinear::AvgPool2d(ValueIndex x, int64_t kernel, int64_t stride, int64_t padding) {
  return Append({.kind = Kind::kAvgPool2d, .input = x, .kernel = kernel, .stride = stride, .padding = padding});
}

ValueIndex PiecewiseLinear::Flatten(ValueIndex x) { return Append({.kind = Kind::kFlatten, .input = x}); }

ValueIndex PiecewiseLinear::AddScaled(ValueIndex x, ValueIndex y, double scale) {
  return Append({.kind = Kind::kAddScaled, .input = x, .addend = y, .factor = scale});
}

at::Tensor PiecewiseLinear::Evaluate(const at::Tensor& x) const {
  std::vector<at::Tensor> values(ops_.size() + 1);
  values[kInput] = PreferredLayout(x);
  for (int i = 0; i < static_cast<int>(ops_.size()); ++i) {
    const PiecewiseLinearOp& op = ops_[i];
    values[i + 1] = ApplyOp(op, values[op.input], op.addend < 0 ? at::Tensor() : values[op.addend]);
    // Without a graph that keeps them, values go as soon as nobody reads them any more.
    if (LastReader(op.input) == i) values[op.input].reset();
    if (op.addend >= 0 && LastReader(op.addend) == i) values[op.addend].reset();
  }
  TORCH_CHECK(values.back().numel() == x.size(0), "a critic has one number a row, not ", values.back().sizes());
  return values.back().flatten();
}

}  // namespace wgan
