// Lemmas 1 and 2 of the supplement in numbers, for the rule `analysis` (tools/defs.bzl): on the critic D(x) = w_1 x +
// w_2 x^2 with real = generated points {1, 2}, at the equilibrium w = 0, H = 0, the lemmas' matrices by their formulas
// beside Hessians by central differences of the losses themselves.
#include <algorithm>
#include <array>
#include <cmath>
#include <functional>

#include "eval/analysis_main.h"

namespace wgan::wganqc {
namespace {

using Vector = std::array<double, 2>;
using Matrix = std::array<Vector, 2>;

constexpr double kPoints[] = {1, 2};
constexpr double kLambda = 3;

double Critic(const Vector& w, double x) { return w[0] * x + w[1] * x * x; }
double Slope(const Vector& w, double x) { return w[0] + 2 * w[1] * x; }
Vector CriticByW(double x) { return {x, x * x}; }  // D_w
Vector SlopeByW(double x) { return {1, 2 * x}; }   // J = d(grad_x D)/dw

void AddProduct(double factor, const Vector& u, const Vector& v, Matrix& sum) {
  for (int a = 0; a < 2; ++a) {
    for (int b = 0; b < 2; ++b) sum[a][b] += factor * u[a] * v[b];
  }
}

// Lemma 1: M_R = lambda E[J J^T].
Matrix Lemma1() {
  Matrix m = {};
  for (double x : kPoints) AddProduct(kLambda / 2, SlopeByW(x), SlopeByW(x), m);
  return m;
}

// Lemma 2: M_DD = E[D_w] E[D_w]^T + E[D_w D_w^T].
Matrix Lemma2() {
  Matrix m = {};
  Vector mean = {};
  for (double x : kPoints) {
    const Vector d = CriticByW(x);
    AddProduct(0.5, d, d, m);
    for (int a = 0; a < 2; ++a) mean[a] += d[a] / 2;
  }
  AddProduct(1, mean, mean, m);
  return m;
}

// lambda/2 E (|grad_x D| - K d)^2, d = 0.
double Regularizer(const Vector& w) {
  double sum = 0;
  for (double x : kPoints) sum += kLambda / 2 * Slope(w, x) * Slope(w, x) / 2;
  return sum;
}

// L_reg with duals 0: 1/2 (E D(y))^2 + 1/2 E D(x)^2.
double Regression(const Vector& w) {
  double mean = 0, squares = 0;
  for (double x : kPoints) {
    mean += Critic(w, x) / 2;
    squares += Critic(w, x) * Critic(w, x) / 2;
  }
  return mean * mean / 2 + squares / 2;
}

// At w = 0. The losses are quadratic in w, so central differences are exact up to rounding.
Matrix Hessian(const std::function<double(const Vector&)>& loss) {
  constexpr double h = 0x1p-4;
  const auto at = [&](int a, double s, int b, double t) {
    Vector w = {};
    w[a] += s * h;
    w[b] += t * h;
    return loss(w);
  };
  Matrix m;
  for (int a = 0; a < 2; ++a) {
    for (int b = 0; b < 2; ++b) {
      m[a][b] = (at(a, 1, b, 1) - at(a, 1, b, -1) - at(a, -1, b, 1) + at(a, -1, b, -1)) / (4 * h * h);
    }
  }
  return m;
}

double LargestDifference(const Matrix& p, const Matrix& q) {
  double largest = 0;
  for (int a = 0; a < 2; ++a) {
    for (int b = 0; b < 2; ++b) largest = std::max(largest, std::abs(p[a][b] - q[a][b]));
  }
  return largest;
}

double SmallestEigenvalue(const Matrix& m) {
  const double half_trace = (m[0][0] + m[1][1]) / 2;
  return half_trace - std::hypot((m[0][0] - m[1][1]) / 2, m[0][1]);
}

absl::StatusOr<AnalysisOutput> Analyse() {
  AnalysisOutput output;
  const Matrix lemma1 = Lemma1(), lemma2 = Lemma2();
  output.AddNumber("lemma1_difference_to_hessian", LargestDifference(lemma1, Hessian(Regularizer)));
  output.AddNumber("lemma2_difference_to_hessian", LargestDifference(lemma2, Hessian(Regression)));
  Matrix sum = lemma1;
  for (int a = 0; a < 2; ++a) {
    for (int b = 0; b < 2; ++b) sum[a][b] += lemma2[a][b];
  }
  output.AddNumber("lemma1_smallest_eigenvalue", SmallestEigenvalue(lemma1));
  output.AddNumber("lemma2_smallest_eigenvalue", SmallestEigenvalue(lemma2));
  output.AddNumber("sum_smallest_eigenvalue", SmallestEigenvalue(sum));
  return output;
}

}  // namespace
}  // namespace wgan::wganqc

int main(int argc, char** argv) { return wgan::AnalysisMain(argc, argv, wgan::wganqc::Analyse); }
