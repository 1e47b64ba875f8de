#include "common/ot/closed_form/gaussian_tensor.h"

#include <torch/torch.h>

#include <cmath>
#include <vector>

#include "common/base/status_matchers.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace wgan::ot {
namespace {

using testing::HasSubstr;

at::Tensor Normal(std::vector<int64_t> shape, uint64_t seed) {
  at::Generator generator = at::detail::createCPUGenerator(seed);
  return at::randn(shape, generator, at::kDouble);
}

at::Tensor Zeros(int64_t d) { return at::zeros({d}, at::kDouble); }

// A A^T of a random A [d, r]: of rank r.
at::Tensor RandomCovariance(int64_t d, int64_t r, uint64_t seed) {
  const at::Tensor a = Normal({d, r}, seed);
  return a.mm(a.t());
}

BuresWasserstein Solve(const at::Tensor& m1, const at::Tensor& s1, const at::Tensor& m2, const at::Tensor& s2) {
  return SolveGaussians(MakeGaussian(m1, s1).value(), MakeGaussian(m2, s2).value()).value();
}

// The two of testdata/make_gaussian_values.py.
std::pair<Gaussian, Gaussian> FiveDimensional() {
  const int64_t d = 5;
  const at::Tensor i = at::arange(d, at::kDouble).unsqueeze(1), j = at::arange(d, at::kDouble).unsqueeze(0);
  const at::Tensor a = (5 * i + j + 1).sin(), b = (3 * i + 2 * j).cos(), eye = at::eye(d, at::kDouble);
  return {MakeGaussian(at::arange(d, at::kDouble) / 10, a.mm(a.t()) + eye).value(),
          MakeGaussian(at::ones({d}, at::kDouble), b.mm(b.t()) + 0.5 * eye).value()};
}

TEST(SolveGaussiansTest, ScipysMatrixRoots) {
  const auto [first, second] = FiveDimensional();
  WGAN_ASSERT_OK_AND_ASSIGN(const BuresWasserstein there, SolveGaussians(first, second));
  EXPECT_NEAR(there.fidelity, 9.75340208624723, 1e-13);
  EXPECT_NEAR(there.squared, 15.7815433054977, 1e-12);
  EXPECT_NEAR(there.mean_term, 1 + 0.81 + 0.64 + 0.49 + 0.36, 1e-14);
  EXPECT_NEAR(there.distance * there.distance, there.squared, 1e-12);
  EXPECT_FALSE(there.by_svd);
  WGAN_ASSERT_OK_AND_ASSIGN(const BuresWasserstein back, SolveGaussians(second, first));
  EXPECT_NEAR(back.squared, there.squared, 1e-12);
}

TEST(SolveGaussiansTest, OnTheLineItIsTheDifferenceOfTheDeviations) {
  // W_2^2 = (m_1 - m_2)^2 + (s_1 - s_2)^2 = 16 + 9.
  const at::Tensor mean = at::full({1}, 5.0), variance = at::full({1, 1}, 4.0);
  const BuresWasserstein result = Solve(mean, variance, mean - 4, at::full({1, 1}, 25.0));
  EXPECT_NEAR(result.distance, 5, 1e-15);
  EXPECT_NEAR(result.trace_term, 9, 1e-14);
}

TEST(SolveGaussiansTest, CommutingCovariances) {
  // S_k = Q diag(l_k) Q^T: the trace term is sum (sqrt l_1 - sqrt l_2)^2. Four blocks of the triangular products.
  const int64_t d = 600;
  const at::Tensor q = std::get<0>(at::linalg_qr(Normal({d, d}, 1)));
  const at::Tensor l1 = Normal({d}, 2).square() + 0.1, l2 = Normal({d}, 3).square() + 0.1;
  const auto covariance = [&](const at::Tensor& l) {
    const at::Tensor s = (q * l).mm(q.t());
    return (s + s.t()) / 2;
  };
  const double want = (l1.sqrt() - l2.sqrt()).square().sum().item<double>();
  const BuresWasserstein result = Solve(Zeros(d), covariance(l1), Zeros(d), covariance(l2));
  EXPECT_NEAR(result.squared, want, 1e-9);
  EXPECT_FALSE(result.by_svd);
}

TEST(SolveGaussiansTest, DiagonalsOverFourteenOrdersOfMagnitudeGoByTheSvd) {
  const int64_t d = 40;
  const at::Tensor l = at::pow(10.0, -at::arange(d, at::kDouble) * 14 / (d - 1));
  const BuresWasserstein result = Solve(Zeros(d), at::diag(l), Zeros(d), at::diag(l.flip(0)));
  const double want = (l.sqrt() - l.flip(0).sqrt()).square().sum().item<double>();
  EXPECT_NEAR(result.squared, want, 1e-12);
  const BuresWasserstein self = Solve(Zeros(d), at::diag(l), Zeros(d), at::diag(l));
  EXPECT_TRUE(self.by_svd);
  EXPECT_LE(self.squared, 1e-14);
}

TEST(SolveGaussiansTest, AMeasureIsAtNoDistanceFromItself) {
  for (const int64_t rank : {300, 300 / 3}) {
    const at::Tensor s = RandomCovariance(300, rank, 4), m = Normal({300}, 5);
    const BuresWasserstein result = Solve(m, s, m, s);
    EXPECT_GE(result.squared, 0);
    EXPECT_LE(result.squared, 1e-9 * s.trace().item<double>()) << "rank " << rank;
  }
}

// Of several blocks, whole ones and a rest.
TEST(FactorizeTest, CholeskysFactor) {
  for (const int64_t d : {192, 384, 500}) {
    Gaussian gaussian = MakeGaussian(Zeros(d), RandomCovariance(d, 2 * d, 11)).value();
    WGAN_ASSERT_OK(Factorize(gaussian));
    ASSERT_TRUE(gaussian.triangular);
    EXPECT_TRUE(at::allclose(gaussian.factor, at::linalg_cholesky(gaussian.covariance), 1e-10, 1e-10)) << d;
  }
  // Positive definite in its first 400 dimensions only.
  at::Tensor semidefinite = RandomCovariance(500, 1000, 12);
  semidefinite.narrow(0, 400, 100).zero_();
  semidefinite.narrow(1, 400, 100).zero_();
  Gaussian gaussian = MakeGaussian(Zeros(500), semidefinite).value();
  WGAN_ASSERT_OK(Factorize(gaussian));
  EXPECT_FALSE(gaussian.triangular);
  EXPECT_EQ(gaussian.factor.size(1), 400);
}

// Few samples give singular covariances. Their Gaussians from samples, from moments and mixed agree; no NaN, nothing
// added to the diagonal.
TEST(SolveGaussiansTest, FewSamples) {
  const int64_t d = 60;
  const at::Tensor x = Normal({20, d}, 6), y = Normal({30, d}, 7) * 1.5 + 0.2, z = Normal({500, d}, 8);
  const auto moments = [](const at::Tensor& samples) {
    return MakeGaussian(samples.mean(0), at::cov(samples.t())).value();
  };
  for (const auto& [a, b] : {std::pair(x, y), {x, z}, {z, x}, {y, y}}) {
    WGAN_ASSERT_OK_AND_ASSIGN(const Gaussian sample_a, GaussianFromSamples(a));
    WGAN_ASSERT_OK_AND_ASSIGN(const Gaussian sample_b, GaussianFromSamples(b));
    const double want = SolveGaussians(sample_a, sample_b).value().squared;
    EXPECT_TRUE(std::isfinite(want));
    EXPECT_NEAR(SolveGaussians(moments(a), moments(b)).value().squared, want, 1e-9);
    EXPECT_NEAR(SolveGaussians(sample_a, moments(b)).value().squared, want, 1e-9);
    EXPECT_NEAR(SolveGaussians(moments(a), sample_b).value().squared, want, 1e-9);
  }
  Gaussian few = moments(x), many = moments(z);
  WGAN_ASSERT_OK(Factorize(few));
  WGAN_ASSERT_OK(Factorize(many));
  EXPECT_FALSE(few.triangular);
  EXPECT_EQ(few.factor.size(1), 19);
  EXPECT_TRUE(at::allclose(few.factor.mm(few.factor.t()), few.covariance, 0, 1e-13));
  EXPECT_TRUE(many.triangular);
  EXPECT_NEAR(SolveGaussians(few, many).value().squared, SolveGaussians(moments(x), moments(z)).value().squared, 1e-12);
}

TEST(SolveGaussiansTest, PointsAreGaussiansOfNoWidth) {
  const at::Tensor zero = at::zeros({3, 3}), mean = at::tensor({1.0, 2.0, 2.0});
  EXPECT_NEAR(Solve(mean, zero, at::zeros({3}), zero).distance, 3, 1e-15);
  // From a point all mass of N(0, S) travels: tr S.
  EXPECT_NEAR(Solve(at::zeros({3}), zero, at::zeros({3}), at::eye(3) * 2).squared, 6, 1e-14);
}

TEST(GaussianMapTest, TakesTheFirstToTheSecond) {
  const auto [first, second] = FiveDimensional();
  WGAN_ASSERT_OK_AND_ASSIGN(const at::Tensor map, GaussianMap(first, second));
  const at::Tensor row = at::tensor(
      {1.03867502207316, -0.549957873493769, 0.638414547973133, -0.21375118915375, 0.187591448560789}, at::kDouble);
  EXPECT_TRUE(at::allclose(map[0], row, 0, 1e-12));
  EXPECT_TRUE(at::allclose(map.mm(first.covariance).mm(map), second.covariance, 0, 1e-11));
  EXPECT_TRUE(at::equal(map, map.t()));
  EXPECT_GT(at::linalg_eigvalsh(map).min().item<double>(), 0);
  // E |x - T(x)|^2 = tr (I - A) S_1 (I - A) is the transport cost of the centred Gaussians.
  const at::Tensor rest = at::eye(5, at::kDouble) - map;
  EXPECT_NEAR(rest.mm(first.covariance).mm(rest).trace().item<double>(),
              SolveGaussians(first, second).value().trace_term, 1e-11);
}

TEST(GaussianMapTest, ASingularGaussianHasNone) {
  const Gaussian singular = MakeGaussian(Zeros(4), RandomCovariance(4, 2, 9)).value();
  const Gaussian whole = MakeGaussian(Zeros(4), at::eye(4)).value();
  EXPECT_THAT(GaussianMap(singular, whole), StatusIs(absl::StatusCode::kFailedPrecondition, HasSubstr("singular")));
  // But a whole one can be flattened.
  WGAN_ASSERT_OK_AND_ASSIGN(const at::Tensor map, GaussianMap(whole, singular));
  EXPECT_TRUE(at::allclose(map.mm(map), singular.covariance, 0, 1e-10));
}

TEST(MakeGaussianTest, FindsAnyEntryThatDiffersFromItsMirrorImage) {
  const at::Tensor symmetric = RandomCovariance(600, 3, 10);
  WGAN_EXPECT_OK(MakeGaussian(Zeros(600), symmetric));
  for (const auto& [row, column] : {std::pair(0, 599), {599, 0}, {300, 301}, {250, 20}, {191, 192}}) {
    at::Tensor other = symmetric.clone();
    other[row][column] += 1;
    EXPECT_THAT(MakeGaussian(Zeros(600), other), StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("symmetric")))
        << row << ", " << column;
  }
}

TEST(MakeGaussianTest, Errors) {
  const auto invalid = [](const char* words) { return StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr(words)); };
  EXPECT_THAT(MakeGaussian(at::zeros({2}), at::eye(3)), invalid("mean [d] and a covariance [d, d]"));
  EXPECT_THAT(MakeGaussian(at::zeros({0}), at::zeros({0, 0})), invalid("mean [d]"));
  EXPECT_THAT(MakeGaussian(at::full({2}, NAN), at::eye(2)), invalid("not finite"));
  EXPECT_THAT(MakeGaussian(at::zeros({2}), at::tensor({1.0, 0.5, 0.0, 1.0}).reshape({2, 2})), invalid("symmetric"));
  const Gaussian saddle = MakeGaussian(at::zeros({2}), at::tensor({1.0, 0.0, 0.0, -0.5}).reshape({2, 2})).value();
  const Gaussian good = MakeGaussian(at::zeros({2}), at::eye(2)).value();
  EXPECT_THAT(SolveGaussians(saddle, good), invalid("one has -0.5 (the largest is 1)"));
  EXPECT_THAT(SolveGaussians(good, saddle), invalid("one has -0.5 (the largest is 1)"));
  EXPECT_THAT(GaussianMap(good, saddle), invalid("one has -0.5"));
  Gaussian negative = MakeGaussian(at::zeros({1}), at::full({1, 1}, -1.0)).value();
  EXPECT_THAT(Factorize(negative), invalid("one has -1"));
  EXPECT_THAT(GaussianFromSamples(at::zeros({1, 4})), invalid("at least two samples"));
  EXPECT_THAT(GaussianFromSamples(at::full({2, 4}, INFINITY)), invalid("not finite"));
  EXPECT_THAT(SolveGaussians(MakeGaussian(at::zeros({2}), at::eye(2)).value(),
                             MakeGaussian(at::zeros({3}), at::eye(3)).value()),
              invalid("dimension 2 and 3"));
}

}  // namespace
}  // namespace wgan::ot
