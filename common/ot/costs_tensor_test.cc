#include "common/ot/costs_tensor.h"

#include <torch/torch.h>

#include <cmath>
#include <functional>
#include <tuple>
#include <vector>

#include "common/base/status_matchers.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace wgan::ot {
namespace {

using testing::HasSubstr;

constexpr GroundCost kAllCosts[] = {GroundCost::kSquaredEuclidean, GroundCost::kEuclidean, GroundCost::kL1,
                                    GroundCost::kCosine};

at::Tensor Normal(std::vector<int64_t> shape, uint64_t seed) {
  at::Generator generator = at::detail::createCPUGenerator(seed);
  return at::randn(shape, generator, at::kDouble);
}

// costs.h, whose own test has the definitions.
at::Tensor Reference(GroundCost cost, const at::Tensor& x, const at::Tensor& y, double scale = 1) {
  const at::Tensor a = x.detach().to(at::kDouble).contiguous(), b = y.detach().to(at::kDouble).contiguous();
  const auto view = [](const at::Tensor& t) {
    return MatrixView<double>({t.data_ptr<double>(), static_cast<size_t>(t.numel())}, t.size(0), t.size(1));
  };
  CostMatrix costs = PairwiseCosts(cost, view(a), view(b), scale).value();
  return at::tensor(costs.values, at::kDouble).reshape({costs.rows, costs.columns});
}

double MaxDifference(const at::Tensor& a, const at::Tensor& b) {
  return (a.to(at::kDouble) - b.to(at::kDouble)).abs().max().item<double>();
}

TEST(PairwiseCostsTensorTest, AgreesWithTheCore) {
  for (const GroundCost cost : kAllCosts) {
    for (const int64_t d : {2, 32, 33, 300}) {
      const at::Tensor x = Normal({70, d}, 1), y = Normal({9, d}, 2), want = Reference(cost, x, y, 0.5);
      WGAN_ASSERT_OK_AND_ASSIGN(const at::Tensor wide, PairwiseCosts(cost, x, y, 0.5));
      EXPECT_EQ(wide.scalar_type(), at::kDouble);
      EXPECT_LE(MaxDifference(wide, want), 1e-12) << GroundCostName(cost) << " d = " << d;
      WGAN_ASSERT_OK_AND_ASSIGN(const at::Tensor narrow, PairwiseCosts(cost, x.to(at::kFloat), y.to(at::kFloat), 0.5));
      EXPECT_EQ(narrow.scalar_type(), at::kFloat);
      EXPECT_LE(MaxDifference(narrow, want), 1e-6 * std::max(1.0, want.max().item<double>())) << GroundCostName(cost);
    }
  }
}

// Clouds far from the origin, with near and equal points, in many dimensions: the bound of the header, which the
// product form without the shift would miss by far.
TEST(PairwiseCostsTensorTest, ProductFormKeepsItsErrorBound) {
  const int64_t d = 784;
  for (const at::ScalarType type : {at::kFloat, at::kDouble}) {
    const double u = type == at::kFloat ? 0x1p-24 : 0x1p-53;
    at::Tensor x = (Normal({50, d}, 3) + 1000).to(type), y = (Normal({40, d}, 4) + 1000).to(type);
    y.slice(0, 0, 10).copy_(x.slice(0, 0, 10));
    y.slice(0, 10, 20).copy_(x.slice(0, 10, 20) + 0x1p-10);
    WGAN_ASSERT_OK_AND_ASSIGN(const at::Tensor costs, PairwiseCosts(GroundCost::kSquaredEuclidean, x, y));
    EXPECT_GE(costs.min().item<double>(), 0);
    const at::Tensor wide_x = x.to(at::kDouble), wide_y = y.to(at::kDouble),
                     centre = (wide_x.mean(0) + wide_y.mean(0)) / 2;
    const at::Tensor size = (wide_x - centre).norm(2, 1, true) + (wide_y - centre).norm(2, 1);
    const at::Tensor error = (costs.to(at::kDouble) - Reference(GroundCost::kSquaredEuclidean, x, y)).abs();
    EXPECT_LE((error / ((d + 8) * u * size.square())).max().item<double>(), 1);
  }
}

TEST(PairwiseCostsTensorTest, EqualPointsCostNothingByDifferences) {
  const at::Tensor few = Normal({5, 8}, 5).to(at::kFloat), many = Normal({5, 100}, 6).to(at::kFloat);
  for (const at::Tensor& x : {few, many}) {
    for (const GroundCost cost : {GroundCost::kEuclidean, GroundCost::kL1, GroundCost::kSquaredEuclidean}) {
      if (cost == GroundCost::kSquaredEuclidean && x.size(1) > 32) continue;
      WGAN_ASSERT_OK_AND_ASSIGN(const at::Tensor costs, PairwiseCosts(cost, x, x));
      EXPECT_EQ(costs.diagonal().abs().max().item<double>(), 0) << GroundCostName(cost);
    }
  }
}

// Gradients of sum_ij w_ij C_ij by central differences, for both clouds, and those of the way for other devices.
TEST(PairwiseCostsTensorTest, GradientsAgreeWithFiniteDifferences) {
  for (const GroundCost cost : kAllCosts) {
    for (const int64_t d : {3, 40}) {
      at::Tensor x = Normal({4, d}, 7).requires_grad_(), y = Normal({5, d}, 8).requires_grad_();
      const at::Tensor w = Normal({4, 5}, 9);
      const at::Tensor costs = PairwiseCosts(cost, x, y, 3).value();
      const auto gradients = torch::autograd::grad({(w * costs).sum()}, {x, y});
      for (int side = 0; side < 2; ++side) {
        at::Tensor cloud = (side == 0 ? x : y).detach();
        at::Tensor numeric = at::zeros_like(cloud);
        for (int64_t e = 0; e < cloud.numel(); ++e) {
          double& value = cloud.data_ptr<double>()[e];
          const double here = value, step = 1e-6;
          value = here + step;
          const double above = (w * Reference(cost, x, y, 3)).sum().item<double>();
          value = here - step;
          const double below = (w * Reference(cost, x, y, 3)).sum().item<double>();
          value = here;
          numeric.data_ptr<double>()[e] = (above - below) / (2 * step);
        }
        EXPECT_LE(MaxDifference(gradients[side], numeric), 1e-6) << GroundCostName(cost) << " side " << side;
      }
    }
  }
}

TEST(PairwiseCostsTensorTest, TheWayOfOtherDevicesAgrees) {
  const at::Tensor x = Normal({300, 20}, 10), y = Normal({3000, 20}, 11), w = Normal({300, 3000}, 12);
  at::Tensor tied_x = x.clone();
  tied_x.slice(0, 0, 20).copy_(y.slice(0, 0, 20));  // equal points; 2^24 elements are fewer than 300 x 3000 x 20
  for (const GroundCost cost : {GroundCost::kL1, GroundCost::kEuclidean}) {
    at::Tensor leaf_x = tied_x.clone().requires_grad_(), leaf_y = y.clone().requires_grad_();
    const at::Tensor costs = PairwiseCosts(cost, leaf_x, leaf_y).value();
    EXPECT_LE(MaxDifference(DistancesByCdist(cost, tied_x, y), costs.detach()), 1e-12);
    const auto want = torch::autograd::grad({(w * costs).sum()}, {leaf_x, leaf_y});
    const auto [by_x, by_y] = GradientsByCdist(cost, tied_x, y, costs.detach(), w);
    EXPECT_LE(MaxDifference(by_x, want[0]), 1e-10) << GroundCostName(cost);
    EXPECT_LE(MaxDifference(by_y, want[1]), 1e-10) << GroundCostName(cost);
  }
}

TEST(PairwiseCostsTensorTest, SquaredCostsHaveSecondDerivativesAndDistancesSayThatTheyHaveNot) {
  // f = sum C^2 over one pair: grad = 4 C (x - y), and the derivative of |grad_x|^2 / 2 = 8 C^3 is 48 C^2 (x - y).
  at::Tensor x = Normal({1, 40}, 13).requires_grad_(), y = Normal({1, 40}, 14);
  const at::Tensor costs = PairwiseCosts(GroundCost::kSquaredEuclidean, x, y).value();
  const at::Tensor first = torch::autograd::grad({costs.square().sum()}, {x}, {}, true, true)[0];
  const at::Tensor second = torch::autograd::grad({first.square().sum() / 2}, {x})[0];
  const at::Tensor want = 48 * costs.detach().square() * (x - y).detach();
  EXPECT_LE(MaxDifference(second, want), 1e-12 * want.abs().max().item<double>());
  for (const GroundCost cost : {GroundCost::kL1, GroundCost::kEuclidean}) {
    const at::Tensor sum = PairwiseCosts(cost, x, y).value().sum();
    EXPECT_THROW(torch::autograd::grad({sum}, {x}, {}, true, true), c10::Error);
  }
}

TEST(PairwiseCostsTensorTest, TypesShapesAndErrors) {
  const at::Tensor images = Normal({3, 2, 4, 4}, 15);
  WGAN_ASSERT_OK_AND_ASSIGN(const at::Tensor costs,
                            PairwiseCosts(GroundCost::kL1, images.to(at::kHalf), images.to(at::kBFloat16)));
  EXPECT_EQ(costs.scalar_type(), at::kFloat);
  EXPECT_EQ(costs.sizes(), at::IntArrayRef({3, 3}));
  for (const GroundCost cost : kAllCosts) {
    WGAN_ASSERT_OK_AND_ASSIGN(const at::Tensor none, PairwiseCosts(cost, images.slice(0, 0, 0), images));
    EXPECT_EQ(none.sizes(), at::IntArrayRef({0, 3}));
    EXPECT_THAT(PairwiseCosts(cost, images, images.slice(2, 0, 1)),
                StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("[3,2,4,4] and [3,2,1,4]")));
    EXPECT_THAT(PairwiseCosts(cost, images, images, -1),
                StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("positive number")));
  }
}

}  // namespace
}  // namespace wgan::ot
