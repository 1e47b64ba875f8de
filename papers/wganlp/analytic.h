// The paper's analytic examples (Figures 1, 2 and 7, Propositions 2 to 5) in closed form. No LibTorch.
//
// mu real, nu generated, f critic, high on real points. In one dimension F is a distribution function, w = F_mu - F_nu,
// and W1 = integral |w|; rho is the density of x-hat = t x + (1 - t) y, t uniform on [0,1], x ~ mu, y ~ nu independent.
#ifndef PAPERS_WGANLP_ANALYTIC_H_
#define PAPERS_WGANLP_ANALYTIC_H_

#include <array>
#include <utility>
#include <vector>

namespace wgan::wganlp {

// Masses that add up to 1 at points of the line.
struct LineMeasure {
  std::vector<double> points, masses;
};

// A continuous function of the line that is linear between its `nodes`, which rise, and constant outside.
struct LineCritic {
  std::vector<double> nodes, values;
  double operator()(double x) const;
};

// Real and generated points, an optimal coupling as triples (generated, real, mass), and an optimal critic.
struct LineExample {
  LineMeasure real, generated;
  std::vector<std::array<double, 3>> coupling;
  LineCritic critic;
};
// Figure 1 (left): seven couplings of length 1 in a row, a zigzag critic. The drawing is not in the text; this layout
// meets every statement about it.
LineExample Figure1Left();
// Figure 2 (left): a real point between two generated ones; f = 1 - |x| has no derivative at the real point.
LineExample Figure2Left();
// Figure 7: an optimal critic may be higher on a generated point than on a real one. X = {0,6,7,8}, O = {1,2,3,5}: true
// of every optimal critic here, f(5) - f(0) being in [-3, -1].
LineExample Figure7();

// E_mu f - E_nu f.
double DualValue(const LineExample& example);
// W1(mu, nu) = integral |F_mu - F_nu|.
double Wasserstein1(const LineMeasure& real, const LineMeasure& generated);

// Figure 1 (right), in the plane: real (2,2), (2,1) and generated (1,2), (1,1), masses 1/2. `lower` is f on the lower
// generated point; f = (0, 1, lower, lower + 1) on (1,2), (2,2), (1,1), (2,1).
struct SquareExample {
  std::array<std::array<double, 2>, 2> real = {{{2, 2}, {2, 1}}}, generated = {{{1, 2}, {1, 1}}};
  static std::array<double, 4> CriticValues(double lower) { return {0, 1, lower, lower + 1}; }
};
// The critic values are optimal iff |lower| is at most this: sqrt(2) - 1, from the diagonals of length sqrt(2).
double SquareExampleLargestLower();

// Proposition 2 and Figure 2 (right): mu = N(0,1), nu = (N(-1,1) + N(1,1)) / 2, f = -|x|.
double FoldedNormalMean(double mean);  // E |N(mean, 1)|
double NormalDensity(double x);        // of N(0,1)
double TwoNormalsDensity(double x);    // of nu
double Proposition2Wasserstein();      // E|N(1,1)| - E|N(0,1)|
double Proposition2Crossing();         // mu's density is the greater exactly for |x| < arccosh(sqrt(e))
double Proposition2MovedMass();        // integral of max(0, mu's density - nu's)

// Optima of the regularised objectives with free f, in closed form.
struct RegularizedOptimum {
  double slope_or_gap = 0;  // slope on the segment (GP, LP, Eq. 7), or f(x) - f(y) (Eqs. 9 and 11)
  double loss = 0;
};
// Two points at `distance`.
RegularizedOptimum TwoPointSlopeOptimum(double distance, double lambda);      // Eqs. (6), (7), (8)
RegularizedOptimum TwoPointTransportOptimum(double distance, double lambda);  // Eq. (9)
RegularizedOptimum TwoPointQuadraticOptimum(double distance, double lambda);  // Eq. (11)
// In one dimension GP and LP have one optimum: slopes of size 1 + |w| / (2 lambda rho), and the loss
// L* = -W1 - 1/(4 lambda) * integral w^2 / rho. Assumes disjoint supports.
struct LineOptimum {
  double wasserstein = 0;  // W1
  double integral = 0;     // of w^2 / rho
  double loss = 0;         // L*
  double largest_slope = 0;
};
LineOptimum LineRegularizedOptimum(const LineMeasure& real, const LineMeasure& generated, double lambda);

// Proposition 3 in a class that tells GP from LP: f = -b x^2 on the data of Figure 2 (left), x-hat uniform on [-1,1].
//   L_GP = -b + lambda (4 b^2/3 - 2 b + 1),   L_LP = -b + lambda (2b - 1)^3 / (6b) for b >= 1/2.
struct ParabolaOptimum {
  double b = 0, loss = 0;
};
double ParabolaGpLoss(double b, double lambda);
double ParabolaLpLoss(double b, double lambda);
ParabolaOptimum ParabolaGp(double lambda);
ParabolaOptimum ParabolaLp(double lambda);

// Proposition 4: the Lipschitz constant that all ReLU networks of layer widths n_0, ..., n_k with weights in
// [-bound, bound] have in common, and that some attain: the product over layers of bound sqrt(n_(i-1) n_i). (The
// paper's value for a layer, bound sqrt(n_(i-1)), lacks the root of the output width.)
double ClippedLipschitzConstant(const std::vector<int>& widths, double bound);

// Eq. (2): the dual of transport with the penalty eps * integral (dpi / (dmu dnu))^2 dmu dnu,
//   sum_i mu_i f_i - sum_j nu_j g_j - K sum_ij mu_i nu_j max(0, f_i - g_j - C_ij)^2,   K = 1/(4 eps)
// (the paper prints 4/eps). `costs` row-major [mu,nu].
double RegularizedDual(const std::vector<double>& costs, const std::vector<double>& mu, const std::vector<double>& nu,
                       const std::vector<double>& f, const std::vector<double>& g, double k);

}  // namespace wgan::wganlp

#endif  // PAPERS_WGANLP_ANALYTIC_H_
