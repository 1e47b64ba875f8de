#include "eval/metrics/kernel_distance_tensor.h"

#include <torch/torch.h>

#include <cmath>

#include "common/base/status_matchers.h"
#include "eval/metrics/reference_tensor.h"
#include "gtest/gtest.h"

namespace wgan {
namespace {

using testing::HasSubstr;

TEST(KernelDistanceTest, EqualsTorchFidelity) {
  const MetricsReference reference;
  const KernelDistanceOptions options = {.subsets = 20, .subset_size = 50};
  WGAN_ASSERT_OK_AND_ASSIGN(const KernelDistance in_double,
                            PolynomialKernelDistance(reference.in_double("x"), reference.in_double("y"), options));
  EXPECT_NEAR(in_double.mean / reference.score("kid", 0), 1, 1e-12);
  EXPECT_NEAR(in_double.standard_deviation / reference.score("kid", 1), 1, 1e-12);
  WGAN_ASSERT_OK_AND_ASSIGN(const KernelDistance in_float,
                            PolynomialKernelDistance(reference.tensor("x"), reference.tensor("y"), options));
  EXPECT_NEAR(in_float.mean / reference.score("kid_float", 0), 1, 1e-6);
  EXPECT_NEAR(in_float.standard_deviation / reference.score("kid_float", 1), 1, 1e-6);
}

TEST(KernelDistanceTest, ByHand) {
  // Two points each in one dimension: k(1,2) = 27, k(-1,0) = 1; cross: k(1,-1) = 0, k(1,0) = 1, k(2,-1) = -1,
  // k(2,0) = 1: (2 * 27 + 2 * 1) / 2 - 2 * 1 / 4.
  WGAN_ASSERT_OK_AND_ASSIGN(const KernelDistance distance,
                            PolynomialKernelDistance(torch::tensor({{1.0}, {2.0}}), torch::tensor({{-1.0}, {0.0}}),
                                                     {.subsets = 3, .subset_size = 2}));
  EXPECT_DOUBLE_EQ(distance.mean, 27.5);
  EXPECT_NEAR(distance.standard_deviation, 0, 1e-12);
}

// More rows and columns than are taken at a time.
TEST(KernelDistanceTest, LargeSubsetsAgainstTheFormula) {
  const at::Tensor x = torch::sin(torch::arange(0, 700 * 3, torch::kFloat64)).reshape({700, 3});
  const at::Tensor y = torch::cos(torch::arange(0, 700 * 3, torch::kFloat64) * 1.3).reshape({700, 3}) + 0.2;
  const auto kernel = [](const at::Tensor& a, const at::Tensor& b) { return (a.mm(b.t()) / 3 + 1).pow(3); };
  const auto off_diagonal = [](const at::Tensor& k) { return (k.sum() - k.trace()).item<double>(); };
  const double expected = (off_diagonal(kernel(x, x)) + off_diagonal(kernel(y, y))) / (700.0 * 699.0) -
                          2 * kernel(x, y).mean().item<double>();
  WGAN_ASSERT_OK_AND_ASSIGN(const KernelDistance distance,
                            PolynomialKernelDistance(x, y, {.subsets = 2, .subset_size = 700}));
  EXPECT_NEAR(distance.mean / expected, 1, 1e-10);
}

TEST(KernelDistanceTest, SubsetsFollowTheSeed) {
  const MetricsReference reference;
  const auto mean = [&](uint32_t seed) {
    return PolynomialKernelDistance(reference.tensor("x"), reference.tensor("y"),
                                    {.subsets = 2, .subset_size = 50, .seed = seed})
        ->mean;
  };
  EXPECT_EQ(mean(1), mean(1));
  EXPECT_NE(mean(1), mean(2));
}

TEST(KernelDistanceTest, RefusesWhatItCannotDo) {
  const at::Tensor ok = torch::ones({10, 3});
  const auto refused = [&](const at::Tensor& first, const at::Tensor& second, KernelDistanceOptions options,
                           const char* why) {
    EXPECT_THAT(PolynomialKernelDistance(first, second, options),
                StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr(why)));
  };
  refused(ok, ok, {}, "subsets of 1000, and the first input has only 10");
  refused(ok, torch::ones({4, 3}), {.subset_size = 5}, "the second input has only 4");
  refused(ok, torch::ones({10, 2}), {.subset_size = 5}, "different numbers");
  refused(ok, torch::full({10, 3}, NAN), {.subset_size = 5}, "not finite");
  refused(ok, ok, {.subset_size = 1}, "at least 2 samples");
  refused(ok, ok, {.subsets = 0, .subset_size = 5}, "at least 1 subset");
}

}  // namespace
}  // namespace wgan
