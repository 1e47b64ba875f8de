// Writes what Figures 1, 2 and 7 show, and the numbers of the paper's analytic examples, for the rule `analysis`
// (tools/defs.bzl): arrays/FIGURE.safetensors and evaluations.csv.
#include <algorithm>
#include <cmath>
#include <cstdio>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "common/base/status_macros.h"
#include "common/io/csv.h"
#include "common/io/file.h"
#include "common/io/safetensors.h"
#include "papers/wganlp/analytic.h"

namespace wgan::wganlp {
namespace {

// A table of numbers, row by row.
struct Array {
  std::string name;
  int64_t columns = 2;
  std::vector<double> values = {};
};

absl::Status WriteArrays(const std::string& directory, const std::string& figure, const std::vector<Array>& arrays) {
  std::vector<ArrayView> views;
  for (const Array& array : arrays) {
    const int64_t rows = static_cast<int64_t>(array.values.size()) / array.columns;
    views.push_back({array.name,
                     ElementType::kF64,
                     {rows, array.columns},
                     {reinterpret_cast<const char*>(array.values.data()), array.values.size() * sizeof(double)}});
  }
  return WriteSafetensors(JoinPath(directory, absl::StrCat(figure, ".safetensors")), views, {});
}

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

std::vector<std::pair<std::string, double>> Numbers() {
  std::vector<std::pair<std::string, double>> numbers;
  const std::pair<std::string, LineExample> examples[] = {
      {"figure1_left", Figure1Left()}, {"figure2_left", Figure2Left()}, {"figure7", Figure7()}};
  for (const auto& [name, e] : examples) {
    const double w = Wasserstein1(e.real, e.generated);
    numbers.emplace_back(name + "_wasserstein", w);
    numbers.emplace_back(name + "_critic_gap_to_optimum", w - DualValue(e));
    numbers.emplace_back(name + "_critic_slope", LargestSlope(e.critic));
    numbers.emplace_back(name + "_regularized_loss", LineRegularizedOptimum(e.real, e.generated, 10).loss);
  }
  const LineCritic f = Figure7().critic;
  numbers.emplace_back("figure7_generated_above_real", f(0) - f(5));
  numbers.emplace_back("figure2_right_wasserstein", Proposition2Wasserstein());
  numbers.emplace_back("figure2_right_moved_mass", Proposition2MovedMass());
  for (const double lambda : {0.1, 1.0, 10.0, 100.0}) {
    const double difference = ParabolaGp(lambda).loss - ParabolaLp(lambda).loss;
    numbers.emplace_back(absl::StrCat("proposition3_gp_minus_lp_over_lambda_", lambda), difference / lambda);
  }
  numbers.emplace_back("proposition4_toy_critic_lipschitz", ClippedLipschitzConstant({2, 512, 512, 512, 1}, 0.01));
  return numbers;
}

absl::Status Write(const std::string& output) {
  const std::string arrays = JoinPath(output, "arrays");
  RETURN_IF_ERROR(CreateDirectories(arrays));
  RETURN_IF_ERROR(WriteArrays(arrays, "figure1_left", Draw(Figure1Left(), 0, 7, 0)));
  RETURN_IF_ERROR(WriteArrays(arrays, "figure1_right", DrawSquare()));
  std::vector<Array> kink = Draw(Figure2Left(), -1, 1, 0);
  kink.push_back(Graph("smooth_critic", -1, 1, [](double x) { return 1 - std::hypot(x, 0.2); }));
  RETURN_IF_ERROR(WriteArrays(arrays, "figure2_left", kink));
  RETURN_IF_ERROR(
      WriteArrays(arrays, "figure2_right",
                  {Graph("real_density", -4, 4, NormalDensity), Graph("generated_density", -4, 4, TwoNormalsDensity),
                   Graph("critic", -4, 4, [](double x) { return -std::abs(x); })}));
  RETURN_IF_ERROR(WriteArrays(arrays, "figure7", Draw(Figure7(), 0, 8, 0.04)));
  std::string table = "iteration,name,value\n";
  for (const auto& [name, value] : Numbers()) absl::StrAppend(&table, "0,", name, ",", FormatNumber(value), "\n");
  return WriteFileAtomically(JoinPath(output, "evaluations.csv"), table);
}

}  // namespace
}  // namespace wgan::wganlp

int main(int argc, char** argv) {
  absl::string_view output = argc == 2 ? argv[1] : "";
  if (!absl::ConsumePrefix(&output, "--output_dir=") || output.empty()) {
    std::fprintf(stderr, "usage: closed_forms_main --output_dir=DIR\n");
    return 2;
  }
  const absl::Status status = wgan::wganlp::Write(std::string(output));
  if (!status.ok()) std::fprintf(stderr, "error: %s\n", std::string(status.message()).c_str());
  return status.ok() ? 0 : 1;
}
