// One test per equation: hand-worked values, properties, finite differences.
#include "papers/wganqc/objective.h"

#include <ATen/ATen.h>
#include <torch/csrc/autograd/autograd.h>

#include <cmath>
#include <vector>

#include "gtest/gtest.h"

namespace wgan::wganqc {
namespace {

at::Tensor Vector(const std::vector<double>& values) { return at::tensor(values, at::kDouble); }
at::Tensor Matrix(const std::vector<double>& values, int64_t columns) { return Vector(values).view({-1, columns}); }

// The three-point example: real Y, fake X, K = 1; sigma = identity, one optimal centred dual pair.
const at::Tensor kReal = Matrix({0, 0, 2, 0, 0, 4}, 2);
const at::Tensor kFake = Matrix({1, 1, 3, 0, 0, 3}, 2);
const at::Tensor kRealDuals = Vector({2 / 3., 1 / 6., 1 / 6.});
const at::Tensor kFakeDuals = Vector({-1 / 3., -1 / 3., -1 / 3.});

CriticTargets ThreePointTargets(double gamma) {
  return {kRealDuals, kFakeDuals, MatchedDistances(kReal, kFake, at::arange(3)), /*cost_scale=*/1, gamma};
}

TEST(ObjectiveTest, CostScaleIsOneOverDimensionUnlessGiven) {
  EXPECT_DOUBLE_EQ(CostScale(0, 3 * 64 * 64), 1.0 / 12288);
  EXPECT_DOUBLE_EQ(CostScale(-1, 4), 0.25);
  EXPECT_DOUBLE_EQ(CostScale(2.5, 4), 2.5);
}

TEST(ObjectiveTest, RegularizerWeightsOfThePaperSettings) {
  EXPECT_NEAR(RegularizerWeight(1.0 / (3 * 64 * 64), 0.1), 0.00360843918, 1e-11);
  EXPECT_NEAR(RegularizerWeight(1.0 / (3 * 128 * 128), 0.1), 0.00180421959, 1e-11);
  EXPECT_NEAR(RegularizerWeight(1.0 / (3 * 256 * 256), 0.05), 0.000451054898, 1e-12);
  EXPECT_NEAR(LemmaLambda(1.0 / (3 * 64 * 64), 0.1), 11.0851252, 1e-7);
  EXPECT_NEAR(LemmaLambda(1.0 / (3 * 256 * 256), 0.05), 22.1702503, 1e-7);
}

TEST(ObjectiveTest, MatchedDistancesFollowSigma) {
  const at::Tensor distances = MatchedDistances(kReal, kFake, at::tensor({1, 0, 2}, at::kLong));
  EXPECT_TRUE(at::allclose(distances, Vector({std::sqrt(2.0), 3.0, 1.0})));
}

// mean D(y) = 2, mean H_r = 1/3: 1/2 (5/3)^2 = 25/18; the fakes' squares are 1/9, 16/9, 100/9: their mean/2 = 117/54.
TEST(ObjectiveTest, RegressionMatchesOnlyTheMeanOfTheRealsButEveryFake) {
  EXPECT_NEAR(RealRegressionLoss(Vector({1, 2, 3}), kRealDuals).item<double>(), 25.0 / 18, 1e-12);
  EXPECT_NEAR(RealRegressionLoss(Vector({-5, 2, 9}), kRealDuals).item<double>(), 25.0 / 18, 1e-12);
  EXPECT_NEAR(FakeRegressionLoss(Vector({0, 1, 3}), kFakeDuals).item<double>(), 117.0 / 54, 1e-12);
}

TEST(ObjectiveTest, RegularizerHandValues) {
  const at::Tensor norms = Vector({1, 3}), distances = Vector({2, 4});
  EXPECT_NEAR(OptimalTransportRegularizer(norms, distances, 0.25).item<double>(), 1.0625, 1e-12);
  EXPECT_NEAR(RegularizerWeight(0.25, 0.1), 0.2, 1e-12);
  const double image_scale = 1.0 / 12288;
  const double regularizer =
      OptimalTransportRegularizer(Vector({0.02, 0.05}), Vector({300, 700}), image_scale).item<double>();
  EXPECT_NEAR(regularizer, 0.05223255208, 1e-11);
  EXPECT_NEAR(RegularizerWeight(image_scale, 0.1) * regularizer, 0.0001884779875, 1e-13);
}

// LAMBDA * R = lambda/2 mean (||g|| - K d)^2 for any K, gamma, norms and distances.
TEST(ObjectiveTest, RegularizerIdentityBetweenCodeAndLemma) {
  for (double K : {1e-4, 0.25, 1.0, 7.0}) {
    for (double gamma : {0.05, 0.1, 3.0}) {
      const at::Tensor norms = Vector({0.1, 2.0, 5.0}), distances = Vector({1.0, 0.0, 3.5});
      const double code = RegularizerWeight(K, gamma) * OptimalTransportRegularizer(norms, distances, K).item<double>();
      const double lemma = LemmaLambda(K, gamma) / 2 * (norms - K * distances).square().mean().item<double>();
      EXPECT_NEAR(code, lemma, 1e-12 * lemma);
    }
  }
}

// D(x) = a.x, a = (0.5, -0.25), lambda = 0.1, K = 1: D(y) = (0, 1, -1), D(x) = (0.25, 1.5, -0.75).
TEST(ObjectiveTest, CriticLossAndGradientOfALinearCritic) {
  const at::Tensor a = Vector({0.5, -0.25}).requires_grad_();
  const CriticLoss loss =
      TotalCriticLoss(at::mv(kReal, a), at::mv(kFake, a), a.expand({3, 2}), ThreePointTargets(/*gamma=*/0.1));
  EXPECT_NEAR((loss.regression_real + loss.regression_fake).item<double>(), 0.7013888889, 1e-10);
  EXPECT_NEAR((loss.total - loss.regression_real - loss.regression_fake).item<double>(), 0.01867155321, 1e-10);
  loss.total.backward();
  EXPECT_TRUE(at::allclose(a.grad(), Vector({1.75376337, -0.64077058}), 0, 1e-8)) << a.grad();
}

TEST(ObjectiveTest, WithoutGammaTheRegularizerIsLeftOut) {
  const CriticLoss loss = TotalCriticLoss(Vector({0, 1, -1}), Vector({0.25, 1.5, -0.75}), {}, ThreePointTargets(0));
  EXPECT_NEAR(loss.total.item<double>(), 0.7013888889, 1e-10);
  EXPECT_EQ(loss.regularizer.item<double>(), 0);
}

// The Kantorovich potential phi(x) = max_i {H_r[i] - 1/2 ||x - y_i||^2} as critic, with phi's own values and gradients:
// total loss 0 for any gamma and WD = 2/3 = W (Theorem 1).
TEST(ObjectiveTest, TheoremOneHoldsForTheKantorovichPotential) {
  const at::Tensor scores = kRealDuals.view({1, 3}) - 0.5 * (kFake.unsqueeze(1) - kReal.unsqueeze(0)).square().sum(2);
  const at::Tensor phi_fake = scores.amax(1), phi_real = kRealDuals;  // phi(y_i) = H_r[i] in this example
  const at::Tensor gradients = kReal - kFake;
  EXPECT_TRUE(at::allclose(phi_fake, kFakeDuals));
  for (double gamma : {0.1, 1.0, 50.0}) {
    EXPECT_NEAR(TotalCriticLoss(phi_real, phi_fake, gradients, ThreePointTargets(gamma)).total.item<double>(), 0,
                1e-15);
  }
  EXPECT_NEAR((phi_real.mean() - phi_fake.mean()).item<double>(), 2.0 / 3, 1e-12);
}

// A critic that meets every target has a zero gradient in its parameters (here phi's: y and H_r).
TEST(ObjectiveTest, ZeroLossHasZeroParameterGradient) {
  const at::Tensor y = kReal.clone().requires_grad_(), h = kRealDuals.clone().requires_grad_();
  const at::Tensor x = kFake.clone().requires_grad_();
  const auto phi = [&](const at::Tensor& points) {
    return (h.view({1, 3}) - 0.5 * (points.unsqueeze(1) - y.unsqueeze(0)).square().sum(2)).amax(1);
  };
  const at::Tensor fake = phi(x);
  const at::Tensor gradients = torch::autograd::grad({fake.sum()}, {x}, {}, true, true)[0];
  TotalCriticLoss(phi(kReal), fake, gradients, ThreePointTargets(1)).total.backward();
  EXPECT_LT(y.grad().abs().max().item<double>(), 1e-12);
  EXPECT_LT(h.grad().abs().max().item<double>(), 1e-12);
}

TEST(ObjectiveTest, TheoremOneBoundHoldsForAnyCriticOutputs) {
  at::manual_seed(5);
  const double wasserstein = (kRealDuals.mean() - kFakeDuals.mean()).item<double>();
  for (int trial = 0; trial < 200; ++trial) {
    const at::Tensor real = at::randn({3}, at::kDouble), fake = at::randn({3}, at::kDouble);
    const double wd = (real.mean() - fake.mean()).item<double>();
    const double regression =
        (RealRegressionLoss(real, kRealDuals) + FakeRegressionLoss(fake, kFakeDuals)).item<double>();
    EXPECT_LE(std::abs(wd - wasserstein), Theorem1Bound(regression) + 1e-12);
  }
  // Tight where both mean errors are equal and opposite: D(y) = H_r + 1, D(x) = H_s - 1.
  const double regression =
      (RealRegressionLoss(kRealDuals + 1, kRealDuals) + FakeRegressionLoss(kFakeDuals - 1, kFakeDuals)).item<double>();
  EXPECT_NEAR(Theorem1Bound(regression), 2.0, 1e-12);
}

TEST(ObjectiveTest, DerivativesOfTheCriticLossMatchFiniteDifferences) {
  const at::Tensor real = Vector({0.3, 1.1, -0.8}), fake = Vector({0.25, 1.5, -0.75});
  const at::Tensor gradients = Matrix({0.5, -0.2, 1.0, 0.7, -0.3, 0.9}, 2);
  const CriticTargets targets = ThreePointTargets(0.3);
  const CriticLossDerivatives derivatives = DifferentiateCriticLoss(real, fake, gradients, targets);
  const std::vector<at::Tensor> inputs = {real, fake, gradients};
  const std::vector<at::Tensor> computed = {derivatives.critic_real, derivatives.critic_fake,
                                            derivatives.input_gradients};
  const double h = 1e-6;
  for (size_t which = 0; which < inputs.size(); ++which) {
    for (int64_t k = 0; k < inputs[which].numel(); ++k) {
      const auto loss_at = [&](double delta) {
        std::vector<at::Tensor> moved = {real.clone(), fake.clone(), gradients.clone()};
        moved[which].view(-1)[k] += delta;
        return TotalCriticLoss(moved[0], moved[1], moved[2], targets).total.item<double>();
      };
      EXPECT_NEAR(computed[which].view(-1)[k].item<double>(), (loss_at(h) - loss_at(-h)) / (2 * h), 1e-8)
          << which << ' ' << k;
    }
  }
}

TEST(ObjectiveTest, GeneratorMovesTowardsTheMatchedReals) {
  EXPECT_NEAR(GeneratorLoss(Vector({1, 2, 6})).item<double>(), -3, 1e-12);
  // At the critic's optimum (phi) dL_G/dx_j = -(K/n) (y_sigma(j) - x_j): a step of n/K lands on the matched reals.
  const at::Tensor x = kFake.clone().requires_grad_();
  const at::Tensor phi =
      (kRealDuals.view({1, 3}) - 0.5 * (x.unsqueeze(1) - kReal.unsqueeze(0)).square().sum(2)).amax(1);
  GeneratorLoss(phi).backward();
  EXPECT_TRUE(at::allclose(x.detach() - 3 * x.grad(), kReal));
}

// Lemmas 1 and 2 at an equilibrium: D(x) = w1 x + w2 x^2, real = fake = {1, 2}, lambda = 3 (K = 1, gamma = 3), H = 0,
// w* = 0. J_j = d(grad_x D)/dw = (1, 2 x_j): M_R = 3 mean J J^T = [[3, 9], [9, 30]]; M_DD = mean(x, x^2) mean(x, x^2)^T
// + mean (x, x^2)(x, x^2)^T = [[4.75, 8.25], [8.25, 14.75]].
class LemmaTest : public testing::Test {
 protected:
  // The gradient in w of the critic loss; `regression` and `regularizer` choose its terms.
  static at::Tensor LossGradient(const at::Tensor& w_value, bool regression, bool regularizer) {
    const at::Tensor w = w_value.clone().requires_grad_();
    const at::Tensor x = Vector({1, 2});
    const at::Tensor critic = w[0] * x + w[1] * x.square();
    const at::Tensor gradients = (w[0] + 2 * w[1] * x).view({2, 1});
    const at::Tensor zero = at::zeros({2}, at::kDouble);
    const CriticLoss loss = TotalCriticLoss(critic, critic, gradients, {zero, zero, zero, 1, 3});
    at::Tensor chosen = at::zeros({}, at::kDouble);
    if (regression) chosen = chosen + loss.regression_real + loss.regression_fake;
    if (regularizer) chosen = chosen + RegularizerWeight(1, 3) * loss.regularizer;
    return torch::autograd::grad({chosen}, {w})[0];
  }
  // The Hessian at w* = 0 by central differences of the gradient (||g|| has no second derivative of its own at 0).
  static at::Tensor Hessian(bool regression, bool regularizer) {
    const double h = 1e-4;
    std::vector<at::Tensor> columns;
    for (int k = 0; k < 2; ++k) {
      at::Tensor direction = at::zeros({2}, at::kDouble);
      direction[k] = h;
      columns.push_back(
          (LossGradient(direction, regression, regularizer) - LossGradient(-direction, regression, regularizer)) /
          (2 * h));
    }
    return at::stack(columns, 1);
  }
};

TEST_F(LemmaTest, LemmaOneHessianOfTheRegularizer) {
  EXPECT_TRUE(at::allclose(Hessian(false, true), Matrix({3, 9, 9, 30}, 2), 1e-8)) << Hessian(false, true);
}

TEST_F(LemmaTest, LemmaTwoHessianOfTheRegression) {
  EXPECT_TRUE(at::allclose(Hessian(true, false), Matrix({4.75, 8.25, 8.25, 14.75}, 2), 1e-8)) << Hessian(true, false);
}

TEST_F(LemmaTest, LemmaTwoTheSumIsPositiveDefinite) {
  const at::Tensor hessian = Hessian(true, true);
  EXPECT_TRUE(at::allclose(hessian, Matrix({7.75, 17.25, 17.25, 44.75}, 2), 1e-8)) << hessian;
  const double trace = (hessian[0][0] + hessian[1][1]).item<double>();
  const double determinant = (hessian[0][0] * hessian[1][1] - hessian[0][1] * hessian[1][0]).item<double>();
  const double root = std::sqrt(trace * trace / 4 - determinant);
  EXPECT_NEAR(trace / 2 - root, 0.955485, 1e-6);
  EXPECT_NEAR(trace / 2 + root, 51.544515, 1e-6);
}

}  // namespace
}  // namespace wgan::wganqc
