#include "common/nn/critic_tape.h"

#include <ATen/core/grad_mode.h>
#include <ATen/ops/add.h>
#include <ATen/ops/avg_pool2d_backward.h>
#include <ATen/ops/conv2d.h>
#include <ATen/ops/convolution_backward.h>
#include <ATen/ops/empty_like.h>
#include <ATen/ops/leaky_relu.h>
#include <ATen/ops/leaky_relu_backward.h>
#include <ATen/ops/matmul.h>
#include <ATen/ops/mul.h>
#include <ATen/ops/mv.h>
#include <ATen/ops/ones_like.h>
#include <c10/util/Exception.h>

#include <array>
#include <cstring>
#include <optional>
#include <tuple>
#include <utility>

#include "common/nn/dense_product.h"
#include "common/nn/resampling_conv.h"

namespace wgan {
namespace {

using Kind = PiecewiseLinearOp::Kind;

// `values` [B] shaped so that it multiplies the rows of a tensor like `like`.
at::Tensor AsRowFactors(const at::Tensor& values, const at::Tensor& like) {
  std::vector<int64_t> shape(like.dim(), 1);
  shape[0] = like.size(0);
  return values.view(shape);
}

at::Tensor LastRows(const at::Tensor& x, int64_t rows) { return x.narrow(0, x.size(0) - rows, rows); }

// Which of its arguments' values `op`'s derivatives need: an affine map its input for the weight gradient, a pool and a
// reshape theirs for its shape. A leaky ReLU needs its result, whose sign is that of its argument.
bool NeedsInput(const PiecewiseLinearOp& op) {
  return op.IsAffine() || op.kind == Kind::kAvgPool2d || op.kind == Kind::kFlatten;
}

// `op` on values; a value that is `free`, which nobody reads afterwards, may be overwritten. The result never shares
// memory with another value. Fresh memory for feature maps costs more than the arithmetic on them: its pages must come
// from the system.
at::Tensor ApplyOverwriting(const PiecewiseLinearOp& op, at::Tensor x, bool x_is_free, at::Tensor addend,
                            bool addend_is_free) {
  if (op.kind == Kind::kLeakyRelu && x_is_free) return at::leaky_relu_(x, op.factor);
  if (op.kind == Kind::kAddScaled && addend_is_free) return at::add_out(addend, x, addend, op.factor);
  const at::Tensor y = ApplyOp(op, x, addend);
  return y.is_alias_of(x) ? y.clone() : y;
}

// One gradient of a convolution; at::convolution_backward reads `x` only for the weight's, the kernel for the input's.
enum class ConvGradient { kInput, kWeight };
at::Tensor ConvolutionGradient(const PiecewiseLinearOp& op, const at::Tensor& signal, const at::Tensor& x,
                               ConvGradient which) {
  const bool weight = which == ConvGradient::kWeight;
  auto gradients = at::convolution_backward(signal, x, op.Kernel(), std::nullopt, {op.stride, op.stride},
                                            {op.padding, op.padding}, {1, 1}, /*transposed=*/false, {0, 0},
                                            /*groups=*/1, std::array<bool, 3>{!weight, weight, false});
  if (!weight) return std::get<0>(gradients);
  return op.mean_pool ? MeanPoolKernelBackward(std::get<1>(gradients)) : std::get<1>(gradients);
}

// The gradient that reaches `op`'s input, given that of its result, `signal`, which may be overwritten unless `op` is
// affine. `x`: the input, `y`: the result, as kept.
at::Tensor BackpropagateOp(const PiecewiseLinearOp& op, at::Tensor signal, const at::Tensor& x, const at::Tensor& y) {
  switch (op.kind) {
    case Kind::kConv2d:
      return ConvolutionGradient(op, signal, x, ConvGradient::kInput);
    case Kind::kLinear:
      return DenseProduct(signal, op.weight.t());
    case Kind::kLeakyRelu:
      return at::leaky_relu_backward_out(signal, signal, y, op.factor, /*self_is_result=*/true);
    case Kind::kAvgPool2d:
      return at::avg_pool2d_backward(signal, x, op.kernel, op.stride, op.padding, /*ceil_mode=*/false,
                                     /*count_include_pad=*/true, std::nullopt);
    case Kind::kFlatten:
      return PreferredLayout(signal.reshape(x.sizes()));
    case Kind::kAddScaled:
      return signal;
  }
  TORCH_CHECK(false, "not an operation");
}

void AddToGradient(const at::Tensor& parameter, const at::Tensor& gradient) {
  at::Tensor& sum = const_cast<at::Tensor&>(parameter).mutable_grad();
  if (sum.defined()) {
    sum.add_(gradient);
  } else {
    sum = gradient;
  }
}

// sum_i weights[i] * signal_i, over positions too: [out].
at::Tensor BiasGradient(const at::Tensor& signal, const at::Tensor& weights) {
  const at::Tensor per_row = signal.dim() == 4 ? signal.sum({2, 3}) : signal;  // [B,out]
  return at::mv(per_row.t(), weights);
}

// The places, from the first, of the rows where `weights` [R] or `directions` [R,...] is not zero.
std::vector<int64_t> BusyRows(const at::Tensor& weights, const at::Tensor& directions) {
  const at::Tensor busy = directions.flatten(1).ne(0).any(1).logical_or_(weights.ne(0)).contiguous();
  const bool* flags = busy.const_data_ptr<bool>();
  std::vector<int64_t> rows;
  for (int64_t i = 0; i < busy.size(0); ++i) {
    if (flags[i]) rows.push_back(i);
  }
  return rows;
}

// `x` with, of its last `last` rows, only those named in `kept`. Moves them up in x's own memory, whose rows are dense,
// whatever the order of their elements.
at::Tensor KeepRows(const at::Tensor& x, int64_t last, const std::vector<int64_t>& kept) {
  const int64_t first = x.size(0) - last;
  const size_t bytes = x.stride(0) * x.element_size();
  char* rows = static_cast<char*>(x.mutable_data_ptr()) + first * bytes;
  for (size_t i = 0; i < kept.size(); ++i) std::memmove(rows + i * bytes, rows + kept[i] * bytes, bytes);
  return x.narrow(0, 0, first + static_cast<int64_t>(kept.size()));
}

}  // namespace

at::Tensor CriticTape::Forward(const at::Tensor& x) {
  at::NoGradGuard no_grad;
  const auto& ops = critic_.ops();
  signals_.clear();
  values_.assign(ops.size() + 1, at::Tensor());
  values_[PiecewiseLinear::kInput] = PreferredLayout(x.detach());
  std::vector<bool> keep(ops.size() + 1, false);
  keep[PiecewiseLinear::kInput] = true;
  for (int i = 0; i < static_cast<int>(ops.size()); ++i) {
    if (NeedsInput(ops[i])) keep[ops[i].input] = true;
    if (ops[i].kind == Kind::kLeakyRelu) keep[i + 1] = true;
  }
  for (int i = 0; i < static_cast<int>(ops.size()); ++i) {
    const ValueIndex input = ops[i].input, addend = ops[i].addend;
    const bool input_is_free = !keep[input] && critic_.LastReader(input) == i;
    const bool addend_is_free = addend >= 0 && !keep[addend] && critic_.LastReader(addend) == i;
    values_[i + 1] = ApplyOverwriting(ops[i], values_[input], input_is_free,
                                      addend < 0 ? at::Tensor() : values_[addend], addend_is_free);
    if (input_is_free) values_[input].reset();
    if (addend_is_free) values_[addend].reset();
  }
  TORCH_CHECK(values_.back().numel() == x.size(0), "a critic has one number a row, not ", values_.back().sizes());
  return values_.back().flatten();
}

at::Tensor CriticTape::InputGradient(int64_t rows) {
  TORCH_CHECK(!values_.empty(), "InputGradient before Forward");
  TORCH_CHECK(signals_.empty(), "InputGradient twice after one Forward");
  TORCH_CHECK(rows >= 1 && rows <= batch_size(), "rows is ", rows, ", the batch has ", batch_size());
  return Backpropagate(rows);
}

at::Tensor CriticTape::Backpropagate(int64_t input_rows) {
  at::NoGradGuard no_grad;
  const auto& ops = critic_.ops();
  signals_.assign(ops.size(), at::Tensor());
  // By value. Nothing else refers to these tensors but signals_, which holds those of affine results.
  std::vector<at::Tensor> gradients(ops.size() + 1);
  gradients.back() = at::ones_like(values_.back());
  // The rows of a value's gradient that are wanted: all of them, but of the input's only the last.
  const auto wanted = [this, input_rows](ValueIndex value, const at::Tensor& rows) {
    return value == PiecewiseLinear::kInput && rows.defined() ? LastRows(rows, input_rows) : rows;
  };
  const auto add = [&gradients](ValueIndex value, at::Tensor term) {
    gradients[value] = gradients[value].defined() ? term.add_(gradients[value]) : std::move(term);
  };
  for (int i = static_cast<int>(ops.size()) - 1; i >= 0; --i) {
    const PiecewiseLinearOp& op = ops[i];
    const at::Tensor signal = std::move(gradients[i + 1]);
    if (!signal.defined()) continue;  // a result that nobody reads
    if (op.IsAffine()) signals_[i] = signal;
    if (op.addend >= 0) add(op.addend, at::mul(wanted(op.addend, signal), op.factor));
    if (op.input == PiecewiseLinear::kInput && input_rows == 0) continue;  // nobody asked
    add(op.input, BackpropagateOp(op, wanted(op.input, signal), wanted(op.input, values_[op.input]),
                                  wanted(op.input, values_[i + 1])));
  }
  return gradients[PiecewiseLinear::kInput];
}

at::Tensor CriticTape::ApplyToTangent(int i, const std::vector<at::Tensor>& tangents) const {
  const PiecewiseLinearOp& op = critic_.ops()[i];
  at::Tensor x = tangents[op.input];
  const bool x_is_free = op.input != PiecewiseLinear::kInput && critic_.LastReader(op.input) == i;
  switch (op.kind) {
    case Kind::kConv2d:
      return at::conv2d(x, op.Kernel(), {}, op.stride, op.padding);
    case Kind::kLinear:
      return DenseProduct(x, op.weight);
    case Kind::kLeakyRelu: {
      at::Tensor y = x_is_free ? x : at::empty_like(x);
      return at::leaky_relu_backward_out(y, x, LastRows(values_[i + 1], x.size(0)), op.factor, /*self_is_result=*/true);
    }
    case Kind::kAvgPool2d:
    case Kind::kFlatten:
      return ApplyOverwriting(op, x, x_is_free, {}, false);
    case Kind::kAddScaled: {
      const bool addend_is_free = op.addend != PiecewiseLinear::kInput && critic_.LastReader(op.addend) == i;
      return ApplyOverwriting(op, x, x_is_free, tangents[op.addend], addend_is_free);
    }
  }
  TORCH_CHECK(false, "not an operation");
}

void CriticTape::TurnIntoFactor(ValueIndex value, const at::Tensor& value_weights, const at::Tensor& tangent) {
  at::Tensor& a = values_[value];
  const at::Tensor c = AsRowFactors(value_weights, a);
  if (value == PiecewiseLinear::kInput) {
    a = at::mul(a, c);  // the caller's memory, perhaps
  } else {
    a.mul_(c);
  }
  if (tangent.defined()) LastRows(a, tangent.size(0)).add_(tangent);
}

void CriticTape::AccumulateOp(int i, const at::Tensor& value_weights) const {
  const PiecewiseLinearOp& op = critic_.ops()[i];
  const at::Tensor &signal = signals_[i], &factor = values_[op.input];
  if (op.weight.requires_grad()) {
    AddToGradient(op.weight, op.kind == Kind::kConv2d ? ConvolutionGradient(op, signal, factor, ConvGradient::kWeight)
                                                      : at::matmul(signal.t(), factor));
  }
  if (op.bias.defined() && op.bias.requires_grad()) AddToGradient(op.bias, BiasGradient(signal, value_weights));
}

void CriticTape::DropIdleRows(at::Tensor& value_weights, at::Tensor& directions) {
  // Elsewhere than on a CPU, looking at the rows would wait for the device.
  if (!directions.device().is_cpu()) return;
  const int64_t last = directions.size(0), first = batch_size() - last;
  const std::vector<int64_t> busy = BusyRows(value_weights.narrow(0, first, last), directions);
  if (static_cast<int64_t>(busy.size()) == last) return;
  // The batch and the arguments may be the caller's memory; the other tensors are the tape's, and dense.
  at::Tensor& input = values_[PiecewiseLinear::kInput];
  input = input.clone();
  value_weights = KeepRows(value_weights.clone(at::MemoryFormat::Contiguous), last, busy);
  directions = KeepRows(directions.clone(), last, busy);
  for (std::vector<at::Tensor>* tensors : {&values_, &signals_}) {
    for (at::Tensor& x : *tensors) {
      if (x.defined()) x = KeepRows(x, last, busy);
    }
  }
  if (busy.empty()) directions.reset();
}

void CriticTape::AccumulateParameterGradient(const at::Tensor& value_weights, const at::Tensor& directions) {
  TORCH_CHECK(!values_.empty(), "AccumulateParameterGradient before Forward, or twice after one");
  TORCH_CHECK(value_weights.dim() == 1 && value_weights.size(0) == batch_size(), "value_weights is ",
              value_weights.sizes(), ", the batch has ", batch_size(), " rows");
  at::NoGradGuard no_grad;
  if (signals_.empty()) Backpropagate(/*input_rows=*/0);
  const auto& ops = critic_.ops();
  std::vector<bool> is_factor(values_.size(), false);
  for (const PiecewiseLinearOp& op : ops) is_factor[op.input] = is_factor[op.input] || op.IsAffine();
  at::Tensor c = value_weights.detach();
  at::Tensor v = directions.defined() ? PreferredLayout(directions.detach()) : directions;
  if (v.defined()) DropIdleRows(c, v);
  std::vector<at::Tensor> tangents(values_.size());  // by value
  tangents[PiecewiseLinear::kInput] = v;
  if (is_factor[PiecewiseLinear::kInput]) TurnIntoFactor(PiecewiseLinear::kInput, c, tangents[PiecewiseLinear::kInput]);
  for (int i = 0; i < static_cast<int>(ops.size()); ++i) {
    if (signals_[i].defined()) AccumulateOp(i, c);
    signals_[i].reset();
    if (v.defined()) tangents[i + 1] = ApplyToTangent(i, tangents);
    // From here on nobody asks for the sign of value i + 1, so it can make room for the factor.
    if (is_factor[i + 1]) TurnIntoFactor(i + 1, c, tangents[i + 1]);
    for (const ValueIndex spent : {ops[i].input, ops[i].addend}) {
      if (spent < 0 || critic_.LastReader(spent) != i) continue;
      tangents[spent].reset();
      values_[spent].reset();
    }
  }
  values_.clear();
  signals_.clear();
}

}  // namespace wgan
