#include "common/ot/regularized/solve.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/base/status_macros.h"
#include "common/ot/regularized/block_update.h"
#include "common/ot/regularized/dual.h"
#include "common/ot/regularized/newton.h"
#include "common/ot/weights.h"

namespace wgan::ot {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();
constexpr double kLargestCost = 1e150;
constexpr double kSmallestRelativeLambda = 1e-15;
// At exact phi p_j m_ij <= 1, so densities are large where weights are tiny, and nothing overflows: no tangent is
// needed before exp itself ends.
constexpr double kSolverMaxExponent = 700;

// A cold start solves for lambda = spread of the costs first, to kStageTolerance, then for kStageFactor of it and so
// on. The tolerance is small because a component of a sparse plan can be far from its place at a small marginal error.
constexpr double kStageFactor = 0.25, kStageTolerance = 1e-5;
// Newton takes over where the sweeps' contraction promises more than this many further sweeps.
constexpr double kPatience = 12;
constexpr double kSufficientIncrease = 1e-4;
constexpr int kMaxHalvings = 6;
// Of the damping in units of the marginal error, which makes it vanish at the solution. It adapts like Levenberg and
// Marquardt's: down after a full step, up after a shortened or a failed one.
constexpr double kMinDamping = 1e-6, kMaxDamping = 1e12;
// Give up after this many sweeps without a new smallest error.
constexpr int64_t kStall = 40;

struct CostRange {
  double low = kInfinity, high = -kInfinity;
  double Size() const { return std::max(std::abs(low), std::abs(high)); }
};

template <typename T>
absl::StatusOr<CostRange> RangeOf(MatrixView<T> costs) {
  CostRange range;
  for (int64_t i = 0; i < costs.rows(); ++i) {
    for (int64_t j = 0; j < costs.columns(); ++j) {
      const double c = costs.at(i, j);
      if (!(std::abs(c) <= kLargestCost)) {
        return absl::InvalidArgumentError(
            absl::StrCat("the cost of row ", i, ", column ", j, " is ", c, "; costs must be finite and at most 1e150"));
      }
      range.low = std::min(range.low, c);
      range.high = std::max(range.high, c);
    }
  }
  return range;
}

absl::Status ValidateOptions(const RegularizedOptions& options, int64_t columns) {
  if (!(options.tolerance > 0)) {
    return absl::InvalidArgumentError(absl::StrCat("the tolerance must be positive, not ", options.tolerance));
  }
  if (options.max_sweeps < 1) {
    return absl::InvalidArgumentError(absl::StrCat("max_sweeps must be at least 1, not ", options.max_sweeps));
  }
  const absl::Span<const double> start = options.initial_psi;
  if (!start.empty() && static_cast<int64_t>(start.size()) != columns) {
    return absl::InvalidArgumentError(absl::StrCat("there are ", start.size(), " initial potentials for ", columns,
                                                   " columns; give one for each column or none"));
  }
  for (size_t j = 0; j < start.size(); ++j) {
    if (!(std::abs(start[j]) <= kLargestCost)) {
      return absl::InvalidArgumentError(absl::StrCat("initial_psi[", j, "] is ", start[j], "; it must be finite"));
    }
  }
  return absl::OkStatus();
}

// The marginal error that rounding of the exponents (c - ...) / lambda alone can cause.
double RoundingError(double lambda, CostRange range) {
  return 16 * std::numeric_limits<double>::epsilon() * (1 + range.Size() / lambda);
}

// The iteration. `psi` is the variable; `phi`, `density` and `value` belong to it.
template <typename T>
class Solver {
 public:
  Solver(MatrixView<T> costs, const Marginals& marginals, Regularizer regularizer, const RegularizedOptions& options)
      : costs_(costs),
        marginals_(marginals),
        regularizer_(regularizer),
        options_(options),
        update_(costs, marginals, regularizer, options.instruction_set),
        psi_(options.initial_psi.begin(), options.initial_psi.end()) {
    psi_.resize(costs.columns(), 0.0);
    current_ = Blank();
  }

  RegularizedStatus Solve(double lambda, CostRange range) {
    if (options_.initial_psi.empty()) {
      for (double larger = range.high - range.low; larger > lambda / kStageFactor && sweeps_ < options_.max_sweeps;
           larger *= kStageFactor) {
        RunStage(larger, std::max(kStageTolerance, options_.tolerance), range);
      }
    }
    return RunStage(lambda, options_.tolerance, range);
  }

  RegularizedTransport Result(double lambda, RegularizedStatus status);

 private:
  // What goes with a psi: the best phi, the column densities, the semi-dual's value and the marginal error.
  struct Point {
    std::vector<double> phi, density;
    double value = -kInfinity, error = kInfinity;
  };

  Point Blank() const {
    return {std::vector<double>(costs_.rows(), -kInfinity), std::vector<double>(costs_.columns(), 0.0)};
  }
  RegularizedStatus RunStage(double lambda, double tolerance, CostRange range);
  void Evaluate(double lambda, const std::vector<double>& psi, Point& point);
  bool NewtonStep(double lambda);

  MatrixView<T> costs_;
  const Marginals& marginals_;
  Regularizer regularizer_;
  const RegularizedOptions& options_;
  BlockUpdate<T> update_;
  PlanGraph graph_;
  std::vector<double> psi_;
  Point current_;
  double damping_ = 1;
  int64_t sweeps_ = 0, newton_steps_ = 0;
};

template <typename T>
void Solver<T>::Evaluate(double lambda, const std::vector<double>& psi, Point& point) {
  point.value = update_.Rows(lambda, psi, absl::MakeSpan(point.phi), absl::MakeSpan(point.density));
  point.error = 0;
  for (size_t j = 0; j < psi.size(); ++j) point.error += marginals_.b[j] * std::abs(1 - point.density[j]);
  ++sweeps_;
}

template <typename T>
RegularizedStatus Solver<T>::RunStage(double lambda, double tolerance, CostRange range) {
  Evaluate(lambda, psi_, current_);
  double best = current_.error, contraction = 0;
  int64_t last_best = sweeps_;
  while (current_.error > tolerance) {
    if (sweeps_ >= options_.max_sweeps) return RegularizedStatus::kSweepLimit;
    if (sweeps_ - last_best > kStall && best <= RoundingError(lambda, range)) return RegularizedStatus::kRoundingLimit;
    const double before = current_.error;
    const bool slow = contraction > 0 && std::log(tolerance / before) < kPatience * std::log(contraction);
    if (!slow || !NewtonStep(lambda)) {
      update_.Columns(lambda, current_.phi, current_.density, absl::MakeSpan(psi_));
      Evaluate(lambda, psi_, current_);
      contraction = current_.error / before;
      if (!(contraction < 0.999)) contraction = 0.999;
    }
    if (current_.error < best) {
      best = current_.error;
      last_best = sweeps_;
    }
  }
  return RegularizedStatus::kConverged;
}

// Moves psi along Newton's direction as far as F increases enough; false if it does not for any step.
template <typename T>
bool Solver<T>::NewtonStep(double lambda) {
  const size_t m = psi_.size();
  std::vector<double> gradient(m);
  for (size_t j = 0; j < m; ++j) gradient[j] = -marginals_.b[j] * (1 - current_.density[j]);
  graph_.Build(costs_, marginals_, regularizer_, lambda, current_.phi, psi_);
  const double accuracy = std::min(0.1, std::sqrt(current_.error));
  const std::vector<double>& direction =
      graph_.Solve(gradient, marginals_, damping_ * std::min(1.0, current_.error), std::max(accuracy, 1e-6));
  double slope = 0;
  for (size_t j = 0; j < m; ++j) slope += lambda * gradient[j] * direction[j];
  const double noise = 1e-14 * (std::abs(current_.value) + lambda);
  Point trial = Blank();
  std::vector<double> psi(m);
  double step = 1;
  for (int halving = 0; halving < kMaxHalvings; ++halving, step /= 2) {
    for (size_t j = 0; j < m; ++j) psi[j] = psi_[j] + step * lambda * direction[j];
    trial.phi = current_.phi;
    Evaluate(lambda, psi, trial);
    const bool increases = trial.value > current_.value + kSufficientIncrease * step * std::max(slope, 0.0);
    const bool closer = trial.value >= current_.value - noise && trial.error < 0.99 * current_.error;
    if (!increases && !closer) continue;
    psi_.swap(psi);
    std::swap(current_, trial);
    ++newton_steps_;
    damping_ = step == 1 ? std::max(damping_ / 4, kMinDamping) : std::min(damping_ * 4, kMaxDamping);
    return true;
  }
  damping_ = std::min(damping_ * 64, kMaxDamping);
  return false;
}

template <typename T>
RegularizedTransport Solver<T>::Result(double lambda, RegularizedStatus status) {
  update_.ZeroWeightColumns(lambda, current_.phi, absl::MakeSpan(psi_));
  double shift = 0;
  for (size_t j = 0; j < psi_.size(); ++j) shift += marginals_.b[j] * psi_[j];
  for (double& psi : psi_) psi -= shift;
  for (double& phi : current_.phi) phi -= shift;
  const Dual dual = EvaluateDualUnchecked(costs_, current_.phi, psi_, marginals_, regularizer_, lambda,
                                          kSolverMaxExponent, options_.instruction_set);
  RegularizedTransport result;
  result.phi = std::move(current_.phi);
  result.psi = std::move(psi_);
  result.value = dual.statistics.value;
  result.transport_cost = dual.statistics.transport_cost;
  result.penalty = dual.statistics.penalty;
  result.marginal_error = dual.statistics.marginal_error;
  result.sweeps = sweeps_;
  result.newton_steps = newton_steps_;
  result.status = status;
  if (status == RegularizedStatus::kConverged && result.marginal_error > options_.tolerance) {
    result.status = RegularizedStatus::kRoundingLimit;
  }
  return result;
}

}  // namespace

template <typename T>
absl::StatusOr<RegularizedTransport> SolveRegularized(MatrixView<T> costs, absl::Span<const double> a,
                                                      absl::Span<const double> b, Regularizer regularizer,
                                                      double lambda, const RegularizedOptions& options) {
  RETURN_IF_ERROR(ValidateLambda(lambda));
  ASSIGN_OR_RETURN(const Marginals marginals, MakeMarginals(a, costs.rows(), b, costs.columns()));
  RETURN_IF_ERROR(ValidateOptions(options, costs.columns()));
  ASSIGN_OR_RETURN(const CostRange range, RangeOf(costs));
  if (lambda < kSmallestRelativeLambda * range.Size()) {
    return absl::InvalidArgumentError(absl::StrCat("lambda is ", lambda, " for costs up to ", range.Size(),
                                                   "; it must be at least 1e-15 of them to make a difference"));
  }
  Solver<T> solver(costs, marginals, regularizer, options);
  const RegularizedStatus status = solver.Solve(lambda, range);
  return solver.Result(lambda, status);
}

template absl::StatusOr<RegularizedTransport> SolveRegularized<float>(MatrixView<float>, absl::Span<const double>,
                                                                      absl::Span<const double>, Regularizer, double,
                                                                      const RegularizedOptions&);
template absl::StatusOr<RegularizedTransport> SolveRegularized<double>(MatrixView<double>, absl::Span<const double>,
                                                                       absl::Span<const double>, Regularizer, double,
                                                                       const RegularizedOptions&);

}  // namespace wgan::ot
