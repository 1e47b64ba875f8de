// Writes what Figures 1, 2 and 7 show, and the numbers of the paper's analytic examples, for the rule `analysis`
// (tools/defs.bzl).
#include <algorithm>
#include <cmath>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "eval/analysis_main.h"
#include "papers/wganlp/analytic.h"

namespace wgan::wganlp {
namespace {

using Array = AnalysisArray;

// The graph of `f` on [from, to].
template <typename F>
Array Graph(const std::string& name, double from, double to, const F& f) {
  constexpr int kSteps = 400;
  Array graph{name};
  for (int i = 0; i <= kSteps; ++i) {
    const double x = from + (to - from) * i / kSteps;
    graph.values.insert(graph.values.end(), {x, f(x)});
  }
  return graph;
}

// Points on the graph of the critic, and below it the coupling as arrows from generated to real points, each `stagger`
// of the graph's height below the one before.
std::vector<Array> Draw(const LineExample& e, double from, double to, double stagger) {
  std::vector<Array> arrays = {Graph("critic", from, to, e.critic), {"real"}, {"generated"}, {"coupling", 4}};
  for (double x : e.real.points) arrays[1].values.insert(arrays[1].values.end(), {x, e.critic(x)});
  for (double y : e.generated.points) arrays[2].values.insert(arrays[2].values.end(), {y, e.critic(y)});
  const auto [low, high] = std::minmax_element(e.critic.values.begin(), e.critic.values.end());
  double height = *low - 0.1 * (*high - *low);
  for (const auto& [y, x, mass] : e.coupling) {
    arrays[3].values.insert(arrays[3].values.end(), {y, height, x - y, 0});
    height -= stagger * (*high - *low);
  }
  return arrays;
}

// Points of the plane, their coupling, and the extension f = x - 1 of the critic with a = 0 on [0.5, 2.5]^2.
std::vector<Array> DrawSquare() {
  constexpr int kGrid = 65;
  const SquareExample s;
  std::vector<Array> arrays = {{"real"}, {"generated"}, {"coupling", 4}, {"grid", kGrid}};
  for (int k = 0; k < 2; ++k) {
    const auto &x = s.real[k], &y = s.generated[k];
    arrays[0].values.insert(arrays[0].values.end(), x.begin(), x.end());
    arrays[1].values.insert(arrays[1].values.end(), y.begin(), y.end());
    arrays[2].values.insert(arrays[2].values.end(), {y[0], y[1], x[0] - y[0], x[1] - y[1]});
  }
  for (int i = 0; i < kGrid * kGrid; ++i) arrays[3].values.push_back(-0.5 + 2.0 * (i % kGrid) / (kGrid - 1));
  return arrays;
}

// Is the graph of a piecewise linear critic nowhere steeper than 1?
double LargestSlope(const LineCritic& f) {
  double largest = 0;
  for (size_t k = 1; k < f.nodes.size(); ++k) {
    largest = std::max(largest, std::abs((f.values[k] - f.values[k - 1]) / (f.nodes[k] - f.nodes[k - 1])));
  }
  return largest;
}

void AddNumbers(AnalysisOutput& output) {
  const std::pair<std::string, LineExample> examples[] = {
      {"figure1_left", Figure1Left()}, {"figure2_left", Figure2Left()}, {"figure7", Figure7()}};
  for (const auto& [name, e] : examples) {
    const double w = Wasserstein1(e.real, e.generated);
    output.AddNumber(name + "_wasserstein", w);
    output.AddNumber(name + "_critic_gap_to_optimum", w - DualValue(e));
    output.AddNumber(name + "_critic_slope", LargestSlope(e.critic));
    output.AddNumber(name + "_regularized_loss", LineRegularizedOptimum(e.real, e.generated, 10).loss);
  }
  const LineCritic f = Figure7().critic;
  output.AddNumber("figure7_generated_above_real", f(0) - f(5));
  output.AddNumber("figure2_right_wasserstein", Proposition2Wasserstein());
  output.AddNumber("figure2_right_moved_mass", Proposition2MovedMass());
  for (const double lambda : {0.1, 1.0, 10.0, 100.0}) {
    const double difference = ParabolaGp(lambda).loss - ParabolaLp(lambda).loss;
    output.AddNumber(absl::StrCat("proposition3_gp_minus_lp_over_lambda_", lambda), difference / lambda);
  }
  output.AddNumber("proposition4_toy_critic_lipschitz", ClippedLipschitzConstant({2, 512, 512, 512, 1}, 0.01));
}

absl::StatusOr<AnalysisOutput> Analyse() {
  AnalysisOutput output;
  output.AddArrays("figure1_left", Draw(Figure1Left(), 0, 7, 0));
  output.AddArrays("figure1_right", DrawSquare());
  std::vector<Array> kink = Draw(Figure2Left(), -1, 1, 0);
  kink.push_back(Graph("smooth_critic", -1, 1, [](double x) { return 1 - std::hypot(x, 0.2); }));
  output.AddArrays("figure2_left", kink);
  output.AddArrays("figure2_right",
                   {Graph("real_density", -4, 4, NormalDensity), Graph("generated_density", -4, 4, TwoNormalsDensity),
                    Graph("critic", -4, 4, [](double x) { return -std::abs(x); })});
  output.AddArrays("figure7", Draw(Figure7(), 0, 8, 0.04));
  AddNumbers(output);
  return output;
}

}  // namespace
}  // namespace wgan::wganlp

int main(int argc, char** argv) { return wgan::AnalysisMain(argc, argv, wgan::wganlp::Analyse); }
