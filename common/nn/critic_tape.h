// Gradients of a critic's values and of its input gradient, with respect to its parameters, in closed form.
//
// Losses that contain grad_x f (gradient penalties, WGAN-QC's regulariser, R1) are usually differentiated by autograd
// through a second-order graph. A piecewise linear critic needs none. Write layer l as a_l = M_l (W_l a_(l-1) + b_l),
// M_l the diagonal matrix of its leaky ReLU's slopes; almost everywhere M_l does not change with the parameters. Then
//   d_l  = df / d(W_l a_(l-1) + b_l)         backpropagation of 1 from the output,
//   t_l  = M_l W_l t_(l-1), t_0 = v          forward propagation of a direction v, without biases,
//   grad_x f = W_1^T d_1,   <grad_x f, v> = d_l^T W_l t_(l-1) for every l, so   d<grad_x f, v> / dW_l = d_l t_(l-1)^T.
// A loss L(f(x_1), ..., f(x_B), grad f(x_1), ..., grad f(x_B)) with c_i = dL/df(x_i) and v_i = dL/d grad f(x_i) has
//   dL/dW_l = sum_i d_l,i (c_i a_(l-1),i + t_(l-1),i)^T,    dL/db_l = sum_i c_i d_l,i,
// one backpropagation and one weight gradient for both kinds of terms. For WGAN-QC (values at real and generated
// points, gradients at generated points) that is 7 forward passes' worth of arithmetic against autograd's 9, for
// WGAN-GP 10 against 12; and no weight gradient is computed the slow way of autograd's double backward, as a
// convolution with a kernel as large as the feature map.
//
// Use, the rows that need input gradients last:
//   CriticTape tape(critic);
//   at::Tensor f = tape.Forward(at::cat({real, fake}));       // [m + n]
//   at::Tensor g = tape.InputGradient(n);                     // [n,...], at the fakes
//   ... c = dL/df [m + n], v = dL/dg [n,...] ...
//   tape.AccumulateParameterGradient(c, v);                   // adds to every parameter's grad()
#ifndef COMMON_NN_CRITIC_TAPE_H_
#define COMMON_NN_CRITIC_TAPE_H_

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <vector>

#include "common/nn/piecewise_linear.h"

namespace wgan {

// Holds one forward pass. Not thread-safe. Never records an autograd graph; results carry none.
class CriticTape {
 public:
  // `critic` must outlive the tape, and its parameters must not change between Forward and the last call after it.
  explicit CriticTape(const PiecewiseLinear& critic) : critic_(critic) {}

  // f(x) [B] for `x` [B,...], keeping what the calls below need. Forgets any earlier pass.
  at::Tensor Forward(const at::Tensor& x);

  // grad_x f at the last `rows` rows of x, [rows,...], 1 <= rows <= B. At most once after Forward.
  at::Tensor InputGradient(int64_t rows);

  // Adds sum_i value_weights[i] * grad_theta f(x_i) + sum_j grad_theta <grad_x f(x_j), directions[j]> to the grad() of
  // every parameter theta that requires one. `value_weights` [B]; `directions` [R,...] belongs to the last R rows of x,
  // or is undefined: no such term. At most once after Forward; with InputGradient before it or without. Frees the pass.
  void AccumulateParameterGradient(const at::Tensor& value_weights, const at::Tensor& directions = {});

 private:
  // Fills signals_; grad_x f of the last `input_rows` rows of x, undefined for 0.
  at::Tensor Backpropagate(int64_t input_rows);
  // Drops the rows that contribute nothing from values_, signals_ and the arguments.
  void DropIdleRows(at::Tensor& value_weights, at::Tensor& directions);
  // The tangent of operation i's result, given those of the values before it; overwrites those that it is last to read.
  at::Tensor ApplyToTangent(int i, const std::vector<at::Tensor>& tangents) const;
  // Makes c_i a_i + t_i of values_[value], a_i its rows; `tangent` holds t of the last rows, or is undefined.
  void TurnIntoFactor(ValueIndex value, const at::Tensor& value_weights, const at::Tensor& tangent);
  // Adds the gradient of operation i's weight and bias, its input's value being the factor above.
  void AccumulateOp(int i, const at::Tensor& value_weights) const;
  int64_t batch_size() const { return values_.front().size(0); }

  const PiecewiseLinear& critic_;
  std::vector<at::Tensor> values_;   // by ValueIndex: what the derivatives need of the forward pass
  std::vector<at::Tensor> signals_;  // by operation: d_l of affine operations
};

}  // namespace wgan

#endif  // COMMON_NN_CRITIC_TAPE_H_
