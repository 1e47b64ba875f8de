#include "eval/metrics/distance_screen_tensor.h"

#include <torch/torch.h>

#include <cmath>
#include <cstdint>
#include <memory>
#include <vector>

#include "common/base/random_stream.h"
#include "gtest/gtest.h"

namespace wgan {
namespace {

// [n,d] of whole numbers from 0 to 255, the extremes among them.
at::Tensor Bytes(int64_t n, int64_t d, uint64_t index) {
  at::Tensor rows = torch::empty({n, d}, torch::kFloat64);
  RandomStream stream(3, "bytes", index);
  for (int64_t i = 0; i < rows.numel(); ++i) {
    rows.mutable_data_ptr<double>()[i] = std::floor(256 * stream.Uniform());
  }
  rows[0].fill_(0);
  rows[1].fill_(255);
  return rows;
}

// Every value is |x - y|^2 - r^2 up to the bound, in a unit that is the same for all.
void ExpectWithinBounds(const Screening& screening, double unit, const at::Tensor& x, const at::Tensor& y,
                        const std::vector<double>& radii) {
  at::Tensor expected = torch::cdist(x, y, 2, 2).square();
  if (!radii.empty()) expected = expected - torch::tensor(radii, torch::kFloat64);
  const int64_t first = 5, rows = x.size(0) - first;
  const at::Tensor values = screening.Values(first, rows, 1, y.size(0) - 1).to(torch::kFloat64) * unit;
  for (int64_t i = 0; i < rows; ++i) {
    const double bound = screening.Bound(first + i) * unit;
    const at::Tensor off = (values[i] - expected[first + i].narrow(0, 1, y.size(0) - 1)).abs();
    ASSERT_LE(off.max().item<double>(), bound + 1e-9) << "query " << first + i;
    ASSERT_LE(bound, 1e-4 * 255 * 255 * static_cast<double>(x.size(1)) * unit) << "the bound says nothing";
  }
}

class ByteScreeningTest : public testing::Test {
 protected:
  void SetUp() override {
    if (!__builtin_cpu_supports("avx512vnni")) GTEST_SKIP() << "this processor lacks AVX-512 VNNI";
  }
};

TEST_F(ByteScreeningTest, ValuesAreWithinTheBoundOnEveryGrid) {
  for (int64_t d : {1, 7, 64, 784}) {
    const at::Tensor x = Bytes(40, d, 0), y = Bytes(70, d, 1);
    std::vector<double> radii;
    for (int64_t j = 0; j < 70; ++j) radii.push_back(j % 5 == 0 ? 0 : 1e3 * static_cast<double>(j * d));
    const struct { double low, step; } grids[] = {{0, 1}, {0, 1.0 / 255}, {-1, 2.0 / 255}};
    for (const auto& grid : grids) {
      for (const auto type : {torch::kFloat64, torch::kFloat32}) {
        const at::Tensor u = (x * grid.step + grid.low).to(type), v = (y * grid.step + grid.low).to(type);
        std::vector<double> scaled;
        for (double radius : radii) scaled.push_back(radius * grid.step * grid.step);
        const double unit = grid.step * grid.step;
        for (const std::vector<double>& r : {std::vector<double>(), scaled}) {
          const auto screening = MakeByteScreening(u, v, r.empty() ? nullptr : &r);
          ASSERT_NE(screening, nullptr) << "d " << d << ", step " << grid.step;
          ExpectWithinBounds(*screening, unit, u.to(torch::kFloat64), v.to(torch::kFloat64), r);
        }
      }
    }
  }
}

// Extremes in the most columns there may be: no sum overflows.
TEST_F(ByteScreeningTest, TheGreatestDistance) {
  constexpr int64_t d = 1 << 15;
  const at::Tensor x = torch::zeros({20, d}), y = torch::full({20, d}, 255.0f);
  const auto screening = MakeByteScreening(x, y, nullptr);
  ASSERT_NE(screening, nullptr);
  EXPECT_NEAR(screening->Values(0, 20, 0, 20)[3][4].item<double>(), 255.0 * 255 * d, screening->Bound(3));
  EXPECT_EQ(MakeByteScreening(torch::zeros({2, d + 1}), torch::ones({2, d + 1}), nullptr), nullptr);
}

TEST_F(ByteScreeningTest, OtherCoordinatesAreLeftToFloats) {
  const at::Tensor bytes = Bytes(8, 9, 2);
  at::Tensor off = bytes.clone();
  off[7][8] += 0.01;
  EXPECT_EQ(MakeByteScreening(bytes, off, nullptr), nullptr);
  EXPECT_EQ(MakeByteScreening(off, bytes, nullptr), nullptr);
  EXPECT_EQ(MakeByteScreening(bytes - 300, bytes, nullptr), nullptr);
  EXPECT_EQ(MakeByteScreening(bytes, bytes + 1, nullptr), nullptr);
  EXPECT_EQ(MakeByteScreening(torch::full({3, 4}, 0.3), torch::zeros({3, 4}), nullptr), nullptr);
}

TEST(FloatScreeningTest, ValuesAreWithinTheBound) {
  const at::Tensor x = Bytes(30, 50, 3), y = Bytes(60, 50, 4);
  const double largest = 2 * 255, unit = largest * largest * 50;  // of FloatScreening
  ExpectWithinBounds(*MakeFloatScreening(x, y, nullptr), unit, x, y, {});
}

}  // namespace
}  // namespace wgan
