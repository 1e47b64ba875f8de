// Exact transport against algorithms that share nothing with it, and many random problems under its certificate.
#include <lemon/network_simplex.h>
#include <lemon/smart_graph.h>

#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

#include "common/base/random_stream.h"
#include "common/base/status_matchers.h"
#include "common/ot/exact/transport.h"
#include "common/ot/exact/transport_test_util.h"
#include "gtest/gtest.h"

namespace wgan::ot {
namespace {

// Integers in [0, bound) or [1, bound], as doubles: exact in every solver.
std::vector<double> Integers(int64_t count, uint32_t bound, double least, RandomStream& random) {
  std::vector<double> values;
  for (int64_t k = 0; k < count; ++k) values.push_back(least + random.Below(bound));
  return values;
}

double Sum(const std::vector<double>& values) {
  double sum = 0;
  for (double value : values) sum += value;
  return sum;
}

// The cost of integer supplies and demands at integer costs by LEMON's network simplex, for the whole mass.
int64_t LemonCost(const CostMatrix& costs, const std::vector<double>& a, const std::vector<double>& b) {
  lemon::SmartDigraph graph;
  std::vector<lemon::SmartDigraph::Node> nodes;
  for (std::size_t k = 0; k < a.size() + b.size(); ++k) nodes.push_back(graph.addNode());
  lemon::SmartDigraph::ArcMap<int64_t> cost(graph);
  lemon::SmartDigraph::NodeMap<int64_t> supply(graph);
  for (std::size_t i = 0; i < a.size(); ++i) supply[nodes[i]] = static_cast<int64_t>(a[i]);
  for (std::size_t j = 0; j < b.size(); ++j) supply[nodes[a.size() + j]] = -static_cast<int64_t>(b[j]);
  for (std::size_t i = 0; i < a.size(); ++i) {
    for (std::size_t j = 0; j < b.size(); ++j) {
      cost[graph.addArc(nodes[i], nodes[a.size() + j])] = static_cast<int64_t>(costs.at(i, j));
    }
  }
  lemon::NetworkSimplex<lemon::SmartDigraph, int64_t, int64_t> simplex(graph);
  EXPECT_EQ(simplex.costMap(cost).supplyMap(supply).run(), simplex.OPTIMAL);
  return simplex.totalCost<int64_t>();
}

TEST(TransportOracleTest, AgreesWithLemonOnIntegers) {
  RandomStream random(30, "lemon", 0);
  for (int repeat = 0; repeat < 400; ++repeat) {
    const int64_t n = 1 + random.Below(repeat < 380 ? 30 : 150), m = 1 + random.Below(repeat < 380 ? 30 : 150);
    std::vector<double> a = Integers(n, repeat % 2 ? 5 : 1000, 1, random);
    std::vector<double> b = Integers(m, repeat % 2 ? 5 : 1000, 1, random);
    const double difference = Sum(a) - Sum(b);
    (difference > 0 ? b[0] : a[0]) += std::fabs(difference);
    const CostMatrix costs{n, m, Integers(n * m, repeat % 3 ? 10 : 1000000, -4, random)};
    const absl::StatusOr<Transport> t = SolveTransport(costs.view(), a, b);
    ASSERT_THAT(t, IsOk()) << n << " x " << m;
    const double want = static_cast<double>(LemonCost(costs, a, b)) / Sum(a);
    EXPECT_NEAR(t->cost, want, 1e-12 * t->certificate.max_cost) << n << " x " << m;
  }
}

// Weights k / 7 on each side are an assignment of seven unit masses, of which there are 7! to try.
TEST(TransportOracleTest, AgreesWithAllPermutationsOfUnitMasses) {
  RandomStream random(31, "permutations", 0);
  for (int repeat = 0; repeat < 40; ++repeat) {
    std::vector<int64_t> row_of_unit, column_of_unit;
    std::vector<double> a(4, 0), b(3, 0);
    for (int unit = 0; unit < 7; ++unit) {
      row_of_unit.push_back(random.Below(4));
      column_of_unit.push_back(random.Below(3));
      ++a[row_of_unit.back()];
      ++b[column_of_unit.back()];
    }
    const CostMatrix costs = MakeOblongCosts(AllCostKinds()[repeat % 10], 4, 3, random);
    CostMatrix units{7, 7, {}};
    for (int64_t i : row_of_unit) {
      for (int64_t j : column_of_unit) units.values.push_back(costs.at(i, j));
    }
    WGAN_ASSERT_OK_AND_ASSIGN(const Transport t, SolveTransport(costs.view(), a, b));
    EXPECT_NEAR(t.cost, BruteForceMeanCost(units), 1e-12 * t.certificate.max_cost);
  }
}

// Every kind of costs with every kind of weights on either side.
class TransportRandomTest : public testing::TestWithParam<CostKind> {};

TEST_P(TransportRandomTest, EveryResultIsCertified) {
  RandomStream random(32, Name(GetParam()), 0);
  for (WeightKind rows : AllWeightKinds()) {
    for (WeightKind columns : AllWeightKinds()) {
      for (int repeat = 0; repeat < 20; ++repeat) {
        const uint32_t largest = repeat % 4 == 0 ? 96 : 24;
        const int64_t n = 1 + random.Below(largest), m = 1 + random.Below(largest);
        const double scale = std::pow(10.0, static_cast<double>(random.Below(61)) - 30);
        const CostMatrix costs = MakeOblongCosts(GetParam(), n, m, random, scale);
        const std::vector<double> a = MakeWeights(rows, n, random), b = MakeWeights(columns, m, random);
        const std::string what = Name(rows) + " " + Name(columns) + " " + std::to_string(n) + " x " + std::to_string(m);
        const absl::StatusOr<Transport> t = SolveTransport(costs.view(), a, b);
        ASSERT_THAT(t, IsOk()) << what << " times " << scale;
        EXPECT_LE(t->plan.size(), static_cast<std::size_t>(n + m - 1)) << what;
        EXPECT_NEAR(t->cost, t->certificate.primal, 1e-14 * t->certificate.max_cost) << what;
        for (const PlanEntry& entry : t->plan) {
          EXPECT_GT(entry.mass, 0) << what;
          EXPECT_GT(a[entry.row], 0) << what;
        }
      }
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Costs, TransportRandomTest, testing::ValuesIn(AllCostKinds()),
                         [](const auto& info) { return Name(info.param); });

}  // namespace
}  // namespace wgan::ot
