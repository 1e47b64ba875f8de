#include "common/nn/critic_tape.h"

#include <ATen/ops/cat.h>
#include <ATen/ops/linalg_vector_norm.h>
#include <ATen/ops/tensor.h>
#include <ATen/ops/zeros.h>
#include <ATen/ops/zeros_like.h>
#include <torch/csrc/autograd/autograd.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <string>
#include <vector>

#include "common/nn/network_factory.h"
#include "common/nn/test_networks.h"
#include "gtest/gtest.h"

namespace wgan {
namespace {

// The tape and autograd add the same float64 products in another order; the error is relative to the largest entry.
constexpr double kTolerance = 1e-9;

// A critic to be tested: its operations and its parameters, in float64.
struct Subject {
  std::string name;
  PiecewiseLinear operations = {};
  std::vector<at::Tensor> parameters = {};
  std::vector<int64_t> sample_shape;

  at::Tensor Parameter(at::IntArrayRef shape, double scale) {
    at::Tensor value = NormalTensor(shape, 100 + parameters.size()).to(at::kDouble).mul(scale);
    parameters.push_back(value.requires_grad_());
    return parameters.back();
  }
  at::Tensor Samples(int64_t batch, uint64_t seed) const {
    std::vector<int64_t> shape = sample_shape;
    shape.insert(shape.begin(), batch);
    return NormalTensor(shape, seed).to(at::kDouble);
  }
  // The parameters' gradients, zeros where nothing was accumulated; clears them.
  std::vector<at::Tensor> TakeGradients() {
    std::vector<at::Tensor> gradients;
    for (at::Tensor& parameter : parameters) {
      gradients.push_back(parameter.grad().defined() ? parameter.grad() : at::zeros_like(parameter));
      parameter.mutable_grad().reset();
    }
    return gradients;
  }
};

// ReLU multilayer perceptron with a leaky first layer and a skip connection from the input.
Subject Mlp() {
  Subject s{.name = "mlp", .sample_shape = {3}};
  PiecewiseLinear& f = s.operations;
  const auto linear = [&](ValueIndex x, int64_t in, int64_t out) {
    const at::Tensor weight = s.Parameter({out, in}, 0.7);
    return f.Linear(x, weight, s.Parameter({out}, 0.3));
  };
  ValueIndex x = f.LeakyRelu(linear(PiecewiseLinear::kInput, 3, 8), 0.2);
  x = f.LeakyRelu(linear(x, 8, 8), 0);
  const ValueIndex skip = linear(PiecewiseLinear::kInput, 3, 8);
  linear(f.AddScaled(x, skip, 0.5), 8, 1);
  return s;
}

// A strided convolution, a value that is read three times, and a 1x1 map at the end instead of a linear layer.
Subject ConvNet() {
  Subject s{.name = "conv", .sample_shape = {2, 8, 8}};
  PiecewiseLinear& f = s.operations;
  const auto conv = [&](ValueIndex x, int64_t in, int64_t out, int64_t kernel, int64_t stride, int64_t padding) {
    const at::Tensor weight = s.Parameter({out, in, kernel, kernel}, 0.4);
    return f.Conv2d(x, weight, s.Parameter({out}, 0.3), stride, padding);
  };
  const ValueIndex x = f.LeakyRelu(conv(PiecewiseLinear::kInput, 2, 3, 4, 2, 1), 0.2);  // [3,4,4]
  const ValueIndex a = f.LeakyRelu(conv(x, 3, 3, 3, 1, 1), 0.1);
  const ValueIndex b = conv(f.AddScaled(a, x, 0.3), 3, 3, 1, 1, 0);
  const ValueIndex pooled = f.AvgPool2d(f.AddScaled(b, x, -0.5), 3, 2, 1);  // [3,2,2]
  conv(f.LeakyRelu(pooled, 0.2), 3, 1, 2, 1, 0);
  return s;
}

// Convolutions with a mean pool behind them, of an even and of an odd map; kernels 3x3 and 1x1.
Subject PooledConvs() {
  Subject s{.name = "pooled", .sample_shape = {2, 10, 10}};
  PiecewiseLinear& f = s.operations;
  const auto conv = [&](ValueIndex x, int64_t in, int64_t out, int64_t kernel) {
    const at::Tensor weight = s.Parameter({out, in, kernel, kernel}, 0.4);
    return f.ConvMeanPool(x, weight, s.Parameter({out}, 0.3));
  };
  const ValueIndex x = conv(PiecewiseLinear::kInput, 2, 3, 3);  // [3,5,5]
  const ValueIndex y = f.LeakyRelu(conv(f.LeakyRelu(x, 0.2), 3, 4, 3), 0);
  conv(f.AddScaled(y, conv(x, 3, 4, 1), 0.5), 4, 1, 1);
  return s;
}

// The input is used as it is, as a shortcut and as a scaled term; a flat value is read twice; results nobody reads.
Subject Shortcuts() {
  Subject s{.name = "shortcuts", .sample_shape = {2, 1, 2}};
  PiecewiseLinear& f = s.operations;
  const ValueIndex in = PiecewiseLinear::kInput;
  const ValueIndex x = f.AddScaled(in, f.Conv2d(f.LeakyRelu(in, 0.2), s.Parameter({2, 2, 1, 1}, 1), {}, 1, 0), 0.7);
  f.LeakyRelu(x, 0.3);
  const ValueIndex y = f.AddScaled(f.LeakyRelu(x, 0.1), in, -0.4);
  const ValueIndex flat = f.Flatten(y);
  const ValueIndex z = f.AddScaled(f.LeakyRelu(flat, 0.5), flat, 2);
  f.Linear(f.AddScaled(z, f.Flatten(x), 1.5), s.Parameter({1, 4}, 1), s.Parameter({1}, 1));
  return s;
}

// The WGAN-QC critic, narrowed: base width 4, at most 8, images 16x16.
Subject QcResNet(int blocks) {
  const auto network = MakeCritic(NarrowNetworks(16, blocks, 4, 8), RandomStream(3, "critic", 0));
  network->to(at::kDouble);
  return {.name = "qc_resnet" + std::to_string(blocks),
          .operations = *network->piecewise_linear(),
          .parameters = network->parameters(),
          .sample_shape = {3, 16, 16}};
}

std::vector<Subject> Subjects() { return {Mlp(), ConvNet(), PooledConvs(), Shortcuts(), QcResNet(1), QcResNet(2)}; }

at::Tensor InputGradientByAutograd(const Subject& s, const at::Tensor& x, bool create_graph) {
  return torch::autograd::grad({s.operations.Evaluate(x).sum()}, {x}, {}, true, create_graph)[0];
}

void ExpectEqualGradients(const std::vector<at::Tensor>& actual, const std::vector<at::Tensor>& expected) {
  ASSERT_EQ(actual.size(), expected.size());
  for (size_t i = 0; i < actual.size(); ++i) {
    EXPECT_LT(RelativeError(actual[i], expected[i]), kTolerance) << "parameter " << i << " " << expected[i].sizes();
  }
}

TEST(CriticTapeTest, ForwardAndInputGradient) {
  for (const Subject& s : Subjects()) {
    SCOPED_TRACE(s.name);
    const at::Tensor x = s.Samples(5, 1).requires_grad_();
    CriticTape tape(s.operations);
    EXPECT_LT(RelativeError(tape.Forward(x), s.operations.Evaluate(x).detach()), kTolerance);
    const at::Tensor expected = InputGradientByAutograd(s, x, false);
    const at::Tensor last = tape.InputGradient(2);
    EXPECT_LT(RelativeError(last, expected.narrow(0, 3, 2)), kTolerance);
    EXPECT_FALSE(last.requires_grad());
  }
}

// Any weights of the values and any directions for the gradients of the last rows: the whole contract.
TEST(CriticTapeTest, ParameterGradientOfValuesAndInputGradients) {
  for (Subject& s : Subjects()) {
    for (const int64_t rows : {0, 2, 5}) {
      SCOPED_TRACE(s.name + " rows " + std::to_string(rows));
      const at::Tensor x = s.Samples(5, 2).requires_grad_();
      const at::Tensor c = NormalTensor({5}, 3).to(at::kDouble);
      const at::Tensor v = rows > 0 ? s.Samples(rows, 4) : at::Tensor();
      at::Tensor loss = s.operations.Evaluate(x).mul(c).sum();
      if (rows > 0) loss = loss + InputGradientByAutograd(s, x, true).narrow(0, 5 - rows, rows).mul(v).sum();
      loss.backward();
      const std::vector<at::Tensor> expected = s.TakeGradients();

      CriticTape tape(s.operations);
      tape.Forward(x);
      if (rows > 0) tape.InputGradient(rows);
      tape.AccumulateParameterGradient(c, v);
      ExpectEqualGradients(s.TakeGradients(), expected);
    }
  }
}

// WGAN-LP's critic loss: values at real and generated points and a one-sided penalty, most of whose rows are idle, at
// others. The reals weigh 0.7, so that the last bias has a gradient.
TEST(CriticTapeTest, WganLpLoss) {
  const int64_t n = 3, m = 6;
  for (Subject& s : Subjects()) {
    for (const double share : {0.0, 0.4, 1.0}) {
      SCOPED_TRACE(s.name + " idle share " + std::to_string(share));
      const at::Tensor x = s.Samples(2 * n, 15), hat = s.Samples(m, 16).requires_grad_();
      const at::Tensor lengths =
          at::linalg_vector_norm(InputGradientByAutograd(s, hat, false).flatten(1), 2, at::IntArrayRef({1}));
      const double bound = share == 0 ? 0 : share == 1 ? 1e9 : lengths.quantile(share).item<double>();
      const auto penalty = [&](const at::Tensor& g) {
        return at::linalg_vector_norm(g.flatten(1), 2, at::IntArrayRef({1})).sub(bound).relu().square().mean();
      };
      const at::Tensor f = s.operations.Evaluate(x);
      f.narrow(0, n, n)
          .mean()
          .sub(f.narrow(0, 0, n).mean(), 0.7)
          .add(penalty(InputGradientByAutograd(s, hat, true)), 10)
          .backward();
      const std::vector<at::Tensor> expected = s.TakeGradients();

      CriticTape tape(s.operations);
      const at::Tensor all = at::cat({x, hat.detach()}), before = all.clone();
      tape.Forward(all);
      const at::Tensor g = tape.InputGradient(m).requires_grad_();
      const at::Tensor v = torch::autograd::grad({penalty(g).mul(10)}, {g})[0];
      at::Tensor c = at::zeros({2 * n + m}, at::kDouble);
      c.narrow(0, 0, n).fill_(-0.7 / n);
      c.narrow(0, n, n).fill_(1.0 / n);
      const at::Tensor c_before = c.clone(), v_before = v.clone();
      tape.AccumulateParameterGradient(c, v);
      ExpectEqualGradients(s.TakeGradients(), expected);
      EXPECT_TRUE(all.equal(before) && c.equal(c_before) && v.equal(v_before)) << "the caller's memory changed";
    }
  }
}

// WGAN-QC's critic loss: real means to a constant, fakes to their duals h, |grad| of the fakes to their lengths l.
TEST(CriticTapeTest, WganQcLoss) {
  const int64_t n = 4;
  const double lambda = 11;
  for (Subject& s : Subjects()) {
    SCOPED_TRACE(s.name);
    const at::Tensor real = s.Samples(n, 5), fake = s.Samples(n, 6).requires_grad_();
    const at::Tensor h = NormalTensor({n}, 7).to(at::kDouble), l = NormalTensor({n}, 8).to(at::kDouble).abs();
    const auto loss_of = [&](const at::Tensor& f_real, const at::Tensor& f_fake, const at::Tensor& g) {
      const at::Tensor norms = at::linalg_vector_norm(g.flatten(1), 2, at::IntArrayRef({1}));
      return f_real.mean()
          .sub(0.3)
          .square()
          .mul(0.5)
          .add(f_fake.sub(h).square().mean(), 0.5)
          .add(norms.sub(l).square().mean(), lambda / 2);
    };
    loss_of(s.operations.Evaluate(real), s.operations.Evaluate(fake), InputGradientByAutograd(s, fake, true))
        .backward();
    const std::vector<at::Tensor> expected = s.TakeGradients();

    // The same function of values and gradients, whose own derivatives are the tape's weights and directions.
    CriticTape tape(s.operations);
    const at::Tensor f = tape.Forward(at::cat({real, fake.detach()})).requires_grad_();
    const at::Tensor g = tape.InputGradient(n).requires_grad_();
    const auto derivatives = torch::autograd::grad({loss_of(f.narrow(0, 0, n), f.narrow(0, n, n), g)}, {f, g});
    tape.AccumulateParameterGradient(derivatives[0], derivatives[1]);
    ExpectEqualGradients(s.TakeGradients(), expected);
  }
}

// d/dtheta of sum_i c_i f(x_i) + sum_j |grad f(x_j)|^2 by central differences, an oracle without any backpropagation.
// Some steps cross a kink; their numbers are far off, and the median over entries does not see them.
TEST(CriticTapeTest, AgreesWithFiniteDifferences) {
  constexpr double kStep = 1e-6;
  for (Subject& s : Subjects()) {
    SCOPED_TRACE(s.name);
    const at::Tensor x = s.Samples(3, 9), c = NormalTensor({3}, 10).to(at::kDouble);
    const auto loss = [&] {
      CriticTape tape(s.operations);
      const double values = tape.Forward(x).mul(c).sum().item<double>();
      return values + tape.InputGradient(2).square().sum().item<double>();
    };
    CriticTape tape(s.operations);
    tape.Forward(x);
    tape.AccumulateParameterGradient(c, tape.InputGradient(2).mul(2));
    const std::vector<at::Tensor> gradients = s.TakeGradients();
    std::vector<double> errors;
    for (size_t i = 0; i < s.parameters.size(); ++i) {
      double* entry = s.parameters[i].data_ptr<double>();
      const double original = *entry;
      *entry = original + kStep;
      const double above = loss();
      *entry = original - kStep;
      const double below = loss();
      *entry = original;
      const double expected = gradients[i].flatten()[0].item<double>();
      errors.push_back(std::abs((above - below) / (2 * kStep) - expected) / (std::abs(expected) + 1e-3));
    }
    std::nth_element(errors.begin(), errors.begin() + errors.size() / 2, errors.end());
    EXPECT_LT(errors[errors.size() / 2], 1e-5);
  }
}

TEST(CriticTapeTest, AddsToGradientsThatAreThereAndSkipsFrozenParameters) {
  Subject s = Mlp();
  const at::Tensor x = s.Samples(4, 11), c = NormalTensor({4}, 12).to(at::kDouble);
  CriticTape tape(s.operations);
  tape.Forward(x);
  tape.AccumulateParameterGradient(c);
  std::vector<at::Tensor> once;
  for (const at::Tensor& parameter : s.parameters) once.push_back(parameter.grad().clone());
  s.parameters[0].requires_grad_(false);
  tape.Forward(x);
  tape.AccumulateParameterGradient(c);
  EXPECT_TRUE(s.parameters[0].grad().equal(once[0]));
  for (size_t i = 1; i < once.size(); ++i) EXPECT_LT(RelativeError(s.parameters[i].grad(), once[i].mul(2)), kTolerance);
}

// The layers' widths need not match the samples' memory layout: a batch that is channels last, or a strided slice.
TEST(CriticTapeTest, TakesAnyStrides) {
  Subject s = ConvNet();
  const at::Tensor x = s.Samples(3, 13);
  CriticTape tape(s.operations);
  const at::Tensor expected = tape.Forward(x);
  EXPECT_LT(RelativeError(tape.Forward(x.contiguous(at::MemoryFormat::ChannelsLast)), expected), kTolerance);
  EXPECT_LT(RelativeError(tape.Forward(x.transpose(2, 3).contiguous().transpose(2, 3)), expected), kTolerance);
}

TEST(CriticTapeTest, RefusesMisuse) {
  Subject s = Mlp();
  CriticTape tape(s.operations);
  EXPECT_THROW(tape.InputGradient(1), c10::Error);
  EXPECT_THROW(tape.AccumulateParameterGradient(s.Samples(1, 1)), c10::Error);
  const at::Tensor c = NormalTensor({4}, 1).to(at::kDouble);
  tape.Forward(s.Samples(4, 14));
  EXPECT_THROW(tape.InputGradient(5), c10::Error);
  tape.InputGradient(1);
  EXPECT_THROW(tape.InputGradient(1), c10::Error);
  EXPECT_THROW(tape.AccumulateParameterGradient(c.narrow(0, 0, 3)), c10::Error);
  tape.AccumulateParameterGradient(c);
  EXPECT_THROW(tape.AccumulateParameterGradient(c), c10::Error);
}

}  // namespace
}  // namespace wgan
