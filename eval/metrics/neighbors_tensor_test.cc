#include "eval/metrics/neighbors_tensor.h"

#include <torch/torch.h>

#include <algorithm>
#include <cmath>
#include <string>
#include <utility>
#include <vector>

#include "common/base/random_stream.h"
#include "common/base/status_matchers.h"
#include "gtest/gtest.h"

namespace wgan {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

at::Tensor RandomRows(int64_t n, int64_t d, uint64_t index) {
  at::Tensor rows = torch::empty({n, d});
  RandomStream(17, "rows", index).FillNormal(absl::MakeSpan(rows.mutable_data_ptr<float>(), rows.numel()));
  return rows;
}

// All distances in double, the long way.
std::vector<std::pair<double, int64_t>> Sorted(const at::Tensor& query, const at::Tensor& points, int64_t skip) {
  std::vector<std::pair<double, int64_t>> all;
  for (int64_t j = 0; j < points.size(0); ++j) {
    const at::Tensor difference = query.to(torch::kFloat64) - points[j].to(torch::kFloat64);
    if (j != skip) all.push_back({difference.square().sum().item<double>(), j});
  }
  std::sort(all.begin(), all.end());
  return all;
}

void ExpectBruteForce(const Neighbors& found, const at::Tensor& queries, const at::Tensor& points, bool leave_one_out) {
  for (int64_t i = 0; i < queries.size(0); ++i) {
    const auto expected = Sorted(queries[i], points, leave_one_out ? i : -1);
    for (int64_t rank = 0; rank < found.k; ++rank) {
      ASSERT_EQ(found.index(i, rank), expected[rank].second) << "query " << i << ", rank " << rank;
      ASSERT_NEAR(found.squared_distance(i, rank), expected[rank].first, 1e-12 * expected[rank].first);
    }
  }
}

TEST(NearestNeighborsTest, AgainstBruteForce) {
  // More queries and points than a tile has; dimensions that are no multiple of anything.
  const at::Tensor points = RandomRows(2300, 7, 0), queries = RandomRows(300, 7, 1);
  WGAN_ASSERT_OK_AND_ASSIGN(const Neighbors found, NearestNeighbors(queries, points, 1));
  for (int64_t i : {0, 100, 255, 256, 299}) {
    const auto expected = Sorted(queries[i], points, -1);
    EXPECT_EQ(found.index(i, 0), expected[0].second);
  }
  const at::Tensor few = queries.narrow(0, 0, 60);
  ExpectBruteForce(*NearestNeighbors(few, points.narrow(0, 0, 150), 4), few, points.narrow(0, 0, 150), false);
}

TEST(NearestNeighborsTest, InDoubleAndMixedAtAnyScale) {
  const at::Tensor points = RandomRows(120, 33, 2).to(torch::kFloat64), queries = RandomRows(20, 33, 3);
  ExpectBruteForce(*NearestNeighbors(queries, points, 2), queries, points, false);
  ExpectBruteForce(*NearestNeighbors(queries * 1e30, points * 1e30, 2), queries * 1e30, points * 1e30, false);
  ExpectBruteForce(*NearestOtherPoints(points * 1e140, 1), points * 1e140, points * 1e140, true);
  ExpectBruteForce(*NearestOtherPoints(points * 1e-140, 1), points * 1e-140, points * 1e-140, true);
}

// Points that are bytes are screened in other arithmetic; few levels, so that ties abound.
TEST(NearestNeighborsTest, OfBytes) {
  const at::Tensor points = (RandomRows(160, 3, 8) * 2).round().clamp(-4, 4);
  for (const at::Tensor& x : {points + 4, (points + 4) / 255, (points + 4) * (2.0 / 255) - 1}) {
    const at::Tensor few = x.narrow(0, 20, 40);
    ExpectBruteForce(*NearestNeighbors(few, x, 5), few, x, false);
    ExpectBruteForce(*NearestOtherPoints(x, 5), x, x, true);
  }
}

// Differences of a millionth at an offset of a thousand: in floats |x|^2 + |y|^2 - 2 <x, y> is all rounding there.
TEST(NearestNeighborsTest, ExactFarFromTheOrigin) {
  const at::Tensor points = RandomRows(200, 5, 4).to(torch::kFloat64) * 1e-6 + 1000;
  ExpectBruteForce(*NearestOtherPoints(points, 3), points, points, true);
  // Two such clouds, so that centring does not help.
  const at::Tensor clouds = torch::cat({points, points - 2000});
  ExpectBruteForce(*NearestOtherPoints(clouds, 3), clouds, clouds, true);
}

TEST(NearestOtherPointsTest, TiesGoToTheLowerIndexAndCopiesCount) {
  const at::Tensor points = torch::tensor({{1.0f}, {3.0f}, {1.0f}, {5.0f}});
  WGAN_ASSERT_OK_AND_ASSIGN(const Neighbors found, NearestOtherPoints(points, 2));
  EXPECT_THAT(found.indices, ElementsAre(2, 1, 0, 2, 0, 1, 1, 0));
  EXPECT_THAT(found.squared_distances, ElementsAre(0, 4, 4, 4, 0, 4, 4, 16));
}

TEST(NearestOtherPointsTest, AllEqual) {
  WGAN_ASSERT_OK_AND_ASSIGN(const Neighbors found, NearestOtherPoints(torch::full({3000, 2}, 7.0f), 2));
  for (int64_t i = 0; i < 3000; ++i) {
    ASSERT_EQ(found.index(i, 0), i == 0 ? 1 : 0);
    ASSERT_EQ(found.index(i, 1), i <= 1 ? 2 : 1);
  }
}

// A pair in different tiles is screened once for both of its points, by as many threads as there are.
TEST(NearestOtherPointsTest, AcrossTiles) {
  at::Tensor points = RandomRows(2600, 5, 7);
  points.narrow(0, 2500, 100).copy_(points.narrow(0, 100, 100));  // copies far away
  const int threads = at::get_num_threads();
  at::set_num_threads(3);
  const Neighbors found = NearestOtherPoints(points, 3).value();
  at::set_num_threads(threads);
  for (int64_t i : {0, 100, 199, 255, 256, 1000, 2047, 2048, 2303, 2304, 2500, 2599}) {
    const auto expected = Sorted(points[i], points, i);
    for (int64_t rank = 0; rank < 3; ++rank) {
      ASSERT_EQ(found.index(i, rank), expected[rank].second) << "point " << i << ", rank " << rank;
    }
  }
  const Neighbors with_themselves = NearestNeighbors(points, points, 4).value();
  for (int64_t i = 0; i < 2600; ++i) {
    std::vector<int64_t> others;
    for (int64_t rank = 0; rank < 4; ++rank) {
      if (with_themselves.index(i, rank) != i) others.push_back(with_themselves.index(i, rank));
    }
    for (int64_t rank = 0; rank < 3; ++rank) ASSERT_EQ(found.index(i, rank), others[rank]) << i;
  }
}

TEST(CountBallsTest, AgainstTheDefinition) {
  const at::Tensor queries = RandomRows(90, 6, 5), centres = RandomRows(2100, 6, 6);
  std::vector<double> radii;
  for (int64_t j = 0; j < centres.size(0); ++j) radii.push_back(j % 7);  // some 0
  WGAN_ASSERT_OK_AND_ASSIGN(const std::vector<BallCount> counts, CountBalls(queries, centres, radii));
  const at::Tensor distances = torch::cdist(queries.to(torch::kFloat64), centres.to(torch::kFloat64), 2, 2).square();
  const at::Tensor inside = (distances < torch::tensor(radii, torch::kFloat64)).sum(1);
  for (int64_t i = 0; i < 90; ++i) ASSERT_EQ(counts[i].open, inside[i].item<int64_t>()) << i;
}

TEST(CountBallsTest, TheBoundaryIsExact) {
  const at::Tensor queries = torch::tensor({{0.1f, 0.7f}}), centres = torch::tensor({{0.4f, 1.1f}, {9.0f, 9.0f}});
  const double squared = NearestNeighbors(queries, centres, 1)->squared_distance(0, 0);
  const auto count = [&](double radius) { return (*CountBalls(queries, centres, {radius, 1e-3}))[0]; };
  EXPECT_EQ(count(squared).closed, 1);
  EXPECT_EQ(count(squared).open, 0);
  EXPECT_EQ(count(std::nextafter(squared, 0.0)).closed, 0);
  EXPECT_EQ(count(std::nextafter(squared, 1.0)).open, 1);
  EXPECT_EQ((*CountBalls(queries, centres, {1e30, 1e30}))[0].open, 2);
}

TEST(NearestNeighborsTest, RefusesWhatItCannotCompare) {
  const at::Tensor two = torch::ones({4, 2}), three = torch::ones({4, 3});
  const auto refused = [](const absl::Status& status, const char* why) {
    EXPECT_THAT(status, StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr(why)));
  };
  refused(NearestNeighbors(two, three, 1).status(), "2 and of 3 dimensions");
  refused(NearestNeighbors(two, two, 5).status(), "no 5 nearest of 4");
  refused(NearestOtherPoints(two, 4).status(), "no 4 nearest others");
  refused(NearestOtherPoints(two, 0).status(), "no 0 nearest");
  refused(NearestOtherPoints(torch::full({4, 2}, NAN), 1).status(), "not finite");
  refused(NearestOtherPoints(torch::ones({4, 2}, torch::kInt64), 1).status(), "floats or doubles");
}

}  // namespace
}  // namespace wgan
