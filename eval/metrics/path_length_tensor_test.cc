#include "eval/metrics/path_length_tensor.h"

#include <torch/torch.h>

#include <cmath>
#include <vector>

#include "common/base/status_matchers.h"
#include "eval/metrics/reference_tensor.h"
#include "gtest/gtest.h"

namespace wgan {
namespace {

using testing::HasSubstr;

TEST(TrimmedPathLengthTest, EqualsNumpy) {
  const MetricsReference reference;
  const at::Tensor distances = reference.tensor("distances").contiguous();
  WGAN_ASSERT_OK_AND_ASSIGN(
      const PathLength result,
      TrimmedPathLength(absl::MakeConstSpan(distances.const_data_ptr<double>(), distances.numel()), {}));
  EXPECT_NEAR(result.mean / reference.score("path_length", 0), 1, 1e-12);
  EXPECT_NEAR(result.standard_deviation / reference.score("path_length", 1), 1, 1e-12);
}

TEST(TrimmedPathLengthTest, ByHand) {
  // Of 5 values the 30th percentile is between ranks 1 and 2 (lower: 1), the 60th between 2 and 3 (higher: 3).
  WGAN_ASSERT_OK_AND_ASSIGN(
      const PathLength result,
      TrimmedPathLength({9.0, 1.0, 5.0, 3.0, 100.0}, {.lower_percentile = 30, .higher_percentile = 60}));
  EXPECT_EQ(result.kept, 3);
  EXPECT_DOUBLE_EQ(result.mean, 17.0 / 3);
}

// G(z) = A z has path length |A (z_1 - z_0)|^2 whatever epsilon is.
TEST(PerceptualPathLengthTest, OfALinearGenerator) {
  const at::Tensor matrix = torch::tensor({{1.0, 2.0}, {0.0, 3.0}, {1.0, 1.0}}, torch::kFloat64);
  const GeneratorFunction generator = [&](const at::Tensor& z) { return z.mm(matrix.t()).view({-1, 3, 1, 1}); };
  const ImageDistance distance = FeatureDistance([](const at::Tensor& images) { return images.flatten(1); });
  const at::Tensor first = torch::tensor({{0.0, 0.0}, {1.0, 0.0}, {0.0, 2.0}}, torch::kFloat64);
  const at::Tensor second = torch::tensor({{1.0, 0.0}, {1.0, 1.0}, {1.0, 1.0}}, torch::kFloat64);
  // Steps (1, 0), (0, 1), (1, -1): A times them (1, 0, 1), (2, 3, 1), (-1, -3, 0): squares 2, 14, 10.
  for (int64_t batch : {1, 2, 3}) {
    WGAN_ASSERT_OK_AND_ASSIGN(
        const PathLength result,
        PerceptualPathLength(generator, distance, first, second,
                             {.epsilon = 1e-2, .batch_size = batch, .lower_percentile = 0, .higher_percentile = 100}));
    EXPECT_NEAR(result.mean, 26.0 / 3, 1e-9);
    EXPECT_NEAR(result.standard_deviation, std::sqrt((4 + 196 + 100) / 3.0 - 26.0 * 26.0 / 9), 1e-8);
  }
}

TEST(PerceptualPathLengthTest, RefusesNonsense) {
  const GeneratorFunction identity = [](const at::Tensor& z) { return z; };
  const ImageDistance nan = [](const at::Tensor& a, const at::Tensor&) { return torch::full({a.size(0)}, NAN); };
  const at::Tensor z = torch::zeros({2, 2});
  const auto refused = [](const absl::Status& status, const char* why) {
    EXPECT_THAT(status, StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr(why)));
  };
  refused(PerceptualPathLength(identity, nan, z, z).status(), "not finite");
  refused(PerceptualPathLength(identity, nan, z, torch::zeros({3, 2})).status(), "same shape");
  refused(PerceptualPathLength(identity, nan, z, z, {.epsilon = 0}).status(), "positive epsilon");
  refused(TrimmedPathLength({1.0}, {.lower_percentile = 5, .higher_percentile = 5}).status(), "Percentiles");
  refused(TrimmedPathLength({}, {}).status(), "at least one");
}

}  // namespace
}  // namespace wgan
