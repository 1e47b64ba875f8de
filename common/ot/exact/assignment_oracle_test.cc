// The assignment solver against algorithms that share nothing with it.
#include <lemon/network_simplex.h>
#include <lemon/smart_graph.h>

#include <cmath>
#include <string>
#include <vector>

#include "common/base/random_stream.h"
#include "common/base/status_matchers.h"
#include "common/ot/exact/assignment.h"
#include "common/ot/exact/assignment_test_util.h"
#include "gtest/gtest.h"

namespace wgan::ot {
namespace {

using Search = AssignmentOptions::Search;

// The mean cost by LEMON's network simplex. Assumes that the optimum is not one of very many up to rounding: then its
// pivots may go round for ever.
double NetworkSimplexMeanCost(const CostMatrix& costs) {
  const int n = static_cast<int>(costs.rows);
  lemon::SmartDigraph graph;
  graph.reserveNode(2 * n);
  graph.reserveArc(n * n);
  std::vector<lemon::SmartDigraph::Node> nodes;
  for (int k = 0; k < 2 * n; ++k) nodes.push_back(graph.addNode());
  lemon::SmartDigraph::ArcMap<double> cost(graph);
  lemon::SmartDigraph::NodeMap<int> supply(graph);
  for (int i = 0; i < n; ++i) {
    supply[nodes[i]] = 1;
    supply[nodes[n + i]] = -1;
    for (int j = 0; j < n; ++j) cost[graph.addArc(nodes[i], nodes[n + j])] = costs.at(i, j);
  }
  lemon::NetworkSimplex<lemon::SmartDigraph, int, double> simplex(graph);
  EXPECT_EQ(simplex.costMap(cost).supplyMap(supply).run(), simplex.OPTIMAL);
  return simplex.totalCost<double>() / n;
}

void ExpectMeanCost(const CostMatrix& costs, double want, const std::string& what) {
  for (const Search search : {Search::kDense, Search::kCandidates}) {
    AssignmentOptions options;
    options.search = search;
    const absl::StatusOr<Assignment> a = SolveAssignment(costs.view(), options);
    ASSERT_THAT(a, IsOk()) << what;
    EXPECT_NEAR(a->mean_cost, want, 1e-12 * a->certificate.max_cost) << what;
    for (int64_t i = 0; i < costs.rows; ++i) EXPECT_EQ(a->row_of_column[a->column_of_row[i]], i) << what;
  }
}

class OracleTest : public testing::TestWithParam<CostKind> {};

TEST_P(OracleTest, AgreesWithAllPermutations) {
  RandomStream random(20, Name(GetParam()), 0);
  for (int64_t n = 1; n <= 7; ++n) {
    // Fewer for n = 7, where there are 5040 permutations: 1120 matrices of each kind.
    for (int repeat = 0; repeat < (n < 7 ? 180 : 40); ++repeat) {
      const double scale = std::pow(10.0, static_cast<double>(random.Below(61)) - 30);
      const CostMatrix costs = MakeCosts(GetParam(), n, random, scale);
      ExpectMeanCost(costs, BruteForceMeanCost(costs), Name(GetParam()) + " n=" + std::to_string(n));
    }
  }
}

TEST_P(OracleTest, AgreesWithNetworkSimplex) {
  RandomStream random(21, Name(GetParam()), 0);
  for (const int64_t n : {8, 9, 15, 16, 17, 31, 33, 63, 64, 65, 101, 128, 199}) {
    const CostMatrix costs = MakeCosts(GetParam(), n, random);
    double want = 0;
    if (GetParam() == CostKind::kSum) {
      for (int64_t i = 0; i < n; ++i) want += costs.at(i, i) / static_cast<double>(n);  // any permutation
    } else {
      want = NetworkSimplexMeanCost(costs);
    }
    ExpectMeanCost(costs, want, Name(GetParam()) + " n=" + std::to_string(n));
  }
}

TEST_P(OracleTest, EveryResultOfManyRandomProblemsIsCertified) {
  // The certificate is the oracle: an error would be a wrong plan.
  RandomStream random(22, Name(GetParam()), 0);
  for (int repeat = 0; repeat < 1000; ++repeat) {
    const int64_t n = 1 + random.Below(64);
    const double scale = std::pow(10.0, static_cast<double>(random.Below(61)) - 30);
    const CostMatrix costs = MakeCosts(GetParam(), n, random, scale);
    AssignmentOptions options;
    options.search = repeat % 2 == 0 ? Search::kDense : Search::kCandidates;
    ASSERT_THAT(SolveAssignment(costs.view(), options), IsOk()) << Name(GetParam()) << " n=" << n << " x" << scale;
  }
}

INSTANTIATE_TEST_SUITE_P(Costs, OracleTest, testing::ValuesIn(AllCostKinds()),
                         [](const auto& info) { return Name(info.param); });

}  // namespace
}  // namespace wgan::ot
