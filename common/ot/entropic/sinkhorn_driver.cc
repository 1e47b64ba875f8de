#include "common/ot/entropic/sinkhorn_driver.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/base/status_macros.h"

namespace wgan::ot {
namespace {

// The start: an epsilon at which no entry of exp(-C / eps) is below exp(-kStartRange), then stages of epsilons that
// fall by a factor of at most kStageFactor, each until its marginal error is kStageError or kStageIterations are made.
// At epsilons where the range is at most kOneStageRange, one stage does.
constexpr double kStartRange = 30, kOneStageRange = 64;
constexpr double kStageFactor = 4;
constexpr double kStageError = 0.5;
constexpr int64_t kStageIterations = 30;

// Tolerances below this, as an L1 error of both sides, need doubles.
constexpr double kFloatTolerance = 5e-7;
// An error of the order of rounding that has not fallen for so many iterations will not fall.
constexpr int64_t kStallIterations = 40;

constexpr double kSmallestEpsilon = 1e-14;  // of the largest |C|
constexpr double kSmallestFloatWeight = 1e-15, kSmallestDoubleWeight = 1e-100;

// The symmetric update: of an eigenvalue mu of the Markov matrix P / a it leaves 1 - 2/3 (1 + mu): at most 1/3 for mu
// in [0, 1].
constexpr Relaxing kSymmetricStep = {2.0 / 3, 0.5};

absl::Status Positive(const char* what, double value) {
  if (value > 0 && std::isfinite(value)) return absl::OkStatus();
  return absl::InvalidArgumentError(absl::StrCat(what, " is ", value, "; it must be a positive number"));
}

double SumOfSquares(absl::Span<const double> weights) {
  double sum = 0;
  for (const double w : weights) sum += w * w;
  return sum;
}

// The marginal error, in the options' norm, of marginals that are off by all of themselves: 2 in L1.
double ErrorUnit(const SinkhornProblem& problem) {
  if (problem.options->norm == MarginalNorm::kL1) return 2;
  return std::sqrt(SumOfSquares(problem.a) + SumOfSquares(problem.b));
}

bool NeedsDouble(const SinkhornProblem& problem) {
  return problem.options->tolerance < kFloatTolerance / 2 * ErrorUnit(problem);
}

}  // namespace

absl::Status CheckOptions(const SinkhornOptions& options, int64_t columns, double largest_cost) {
  RETURN_IF_ERROR(Positive("epsilon", options.epsilon));
  RETURN_IF_ERROR(Positive("the tolerance", options.tolerance));
  if (options.max_iterations < 1) {
    return absl::InvalidArgumentError(
        absl::StrCat("max_iterations is ", options.max_iterations, "; it must be at least 1"));
  }
  if (!(options.epsilon >= kSmallestEpsilon * largest_cost)) {
    return absl::InvalidArgumentError(absl::StrCat("epsilon ", options.epsilon, " is below ", kSmallestEpsilon,
                                                   " of the largest cost ", largest_cost,
                                                   "; double precision needs more"));
  }
  const absl::Span<const double> start = options.initial_column_potentials;
  if (!start.empty() && static_cast<int64_t>(start.size()) != columns) {
    return absl::InvalidArgumentError(absl::StrCat("there are ", start.size(), " initial column potentials for ",
                                                   columns, " columns; give one for each, or none"));
  }
  for (size_t j = 0; j < start.size(); ++j) {
    // Relative to epsilon they must be finite as well.
    if (std::isfinite(start[j] / options.epsilon)) continue;
    return absl::InvalidArgumentError(
        absl::StrCat("the initial potential of column ", j, " is ", start[j], "; give finite numbers"));
  }
  return absl::OkStatus();
}

IterationKind FirstKind(const SinkhornProblem& problem) {
  double smallest = 1;
  for (const double w : problem.a) smallest = w > 0 ? std::min(smallest, w) : smallest;
  for (const double w : problem.b) smallest = w > 0 ? std::min(smallest, w) : smallest;
  // Floats would blur a good start.
  const bool warm = !problem.options->initial_column_potentials.empty();
  const bool blurred = problem.options->kernel == SinkhornKernel::kAutomatic && warm && NeedsDouble(problem);
  switch (problem.options->kernel) {
    case SinkhornKernel::kAutomatic:
    case SinkhornKernel::kFloat:
      if (smallest >= kSmallestFloatWeight && !blurred) return IterationKind::kFloatKernel;
      [[fallthrough]];
    case SinkhornKernel::kDouble:
      if (smallest >= kSmallestDoubleWeight) return IterationKind::kDoubleKernel;
      [[fallthrough]];
    case SinkhornKernel::kLogarithm:
      break;
  }
  return IterationKind::kLogarithm;
}

double SinkhornDriver::Error(double l1, double squares) const {
  return problem_.options->norm == MarginalNorm::kL1 ? l1 : std::sqrt(squares);
}

// One iteration; returns the marginal error of the potentials before it, as far as it is known without another pass:
// that of the rows, and what the over-relaxed update before left of the columns'.
double SinkhornDriver::Step(double omega) {
  const IterationReport report = state_->Iterate(problem_.symmetric ? kSymmetricStep : Relaxing{omega, 1});
  ++result_->iterations;
  if (state_->kind() == IterationKind::kLogarithm) ++result_->logarithmic;
  if (report.rows.strayed || report.columns.strayed) {
    Recover();
    return std::numeric_limits<double>::infinity();
  }
  const double rows = Error(report.rows.l1, report.rows.squares);
  const double columns = Error(report.columns.l1, report.columns.squares);
  if (problem_.symmetric) return 2 * rows;
  return rows + std::exchange(column_left_, (omega - 1) * columns);
}

void SinkhornDriver::StepOnLogarithms() {
  state_->IterateLogarithms(problem_.symmetric ? kSymmetricStep : Relaxing());
  ++result_->iterations;
  ++result_->logarithmic;
  column_left_ = 0;
}

// Back into range by iterations on logarithms, the more of them the more often it was needed.
void SinkhornDriver::Recover() {
  const int64_t count = std::min(int64_t{1} << std::min<int64_t>(recoveries_++, 6), left());
  for (int64_t k = 0; k < count; ++k) StepOnLogarithms();
  relaxation_.Restart();
}

// Chooses the next omega; an over-relaxation that failed is undone.
void SinkhornDriver::Relax(double error) {
  switch (relaxation_.Observe(error)) {
    case Relaxation::Event::kNone:
      return;
    case Relaxation::Event::kRaised:
      state_->Save();
      return;
    case Relaxation::Event::kFailed:
      state_->Restore();
      column_left_ = 0;
      return;
  }
}

// Iterates until the error is at most `target`, for at most `most` iterations. Leaves one for the end, which Recover
// may take: the last iteration of all may not be one that strayed.
SinkhornDriver::StageEnd SinkhornDriver::RunStage(double target, int64_t most) {
  const double size =
      std::max(std::abs(problem_.lowest_cost), std::abs(problem_.highest_cost)) / problem_.options->epsilon;
  const double noise = 10 * unit_ * state_->Rounding(size);
  double best = std::numeric_limits<double>::infinity();
  int64_t since_best = 0;
  for (const int64_t end = result_->iterations + std::min(most, left() - 1); result_->iterations < end;) {
    const double error = Step(relaxation_.omega());
    if (error <= target) return StageEnd::kReached;
    if (!std::isfinite(error)) continue;
    Relax(error);
    since_best = error < best ? 0 : since_best + 1;
    best = std::min(best, error);
    if (best < noise && since_best >= kStallIterations) return StageEnd::kStalled;
  }
  return StageEnd::kLimit;
}

// Potentials to begin with at the wanted epsilon.
void SinkhornDriver::Start() {
  const double epsilon = problem_.options->epsilon;
  if (!problem_.options->initial_column_potentials.empty()) {
    state_->Start(epsilon, problem_.options->initial_column_potentials);
    Recover();
    return;
  }
  const double range = problem_.highest_cost - problem_.lowest_cost;
  const bool one_stage = !problem_.options->accelerate || problem_.symmetric || range <= kOneStageRange * epsilon;
  const double first = one_stage ? epsilon : range / kStartRange;
  state_->Start(first, problem_.lowest_cost / 2, problem_.lowest_cost / 2);
  const int stages = static_cast<int>(std::ceil(std::log(first / epsilon) / std::log(kStageFactor)));
  for (int k = 0; k < stages; ++k) {
    RunStage(kStageError, kStageIterations);
    state_->SetEpsilon(k + 1 == stages ? epsilon : first * std::pow(epsilon / first, (k + 1.0) / stages));
    column_left_ = 0;
    relaxation_.Restart();
  }
}

// Measures the plan of the present potentials into the result; true if its error is within the tolerance.
bool SinkhornDriver::Measure() {
  Sinkhorn& result = *result_;
  const PlanMeasure plan = state_->Measure();
  result.transport_cost = plan.cost;
  result.kl = plan.entropy - plan.mass + 1;
  result.row_error_l1 = plan.row_l1;
  result.column_error_l1 = plan.column_l1;
  result.row_error_l2 = std::sqrt(plan.row_squares);
  result.column_error_l2 = std::sqrt(plan.column_squares);
  result.marginal_error = Error(plan.row_l1 + plan.column_l1, plan.row_squares + plan.column_squares);
  result.regularized_value = plan.cost + problem_.options->epsilon * result.kl;
  result.dual_value = -problem_.options->epsilon * (plan.mass - 1);
  return result.marginal_error <= problem_.options->tolerance;
}

void SinkhornDriver::Finish() {
  const double tolerance = problem_.options->tolerance;
  double target = tolerance, previous = std::numeric_limits<double>::infinity();
  for (;;) {
    const bool automatic = problem_.options->kernel == SinkhornKernel::kAutomatic;
    const bool narrow = automatic && state_->kind() == IterationKind::kFloatKernel;
    const bool preliminary = narrow && NeedsDouble(problem_);
    const StageEnd end = RunStage(preliminary ? 4 * unit_ * state_->Rounding(0) : target, left());
    if (preliminary && end != StageEnd::kLimit) {
      state_->Use(IterationKind::kDoubleKernel);
      continue;
    }
    if (left() > 1) {
      Step(1);
    } else if (left() == 1) {
      StepOnLogarithms();
    }
    if (Measure()) {
      result_->status = SinkhornStatus::kConverged;
      return;
    }
    if (left() <= 0) {
      result_->status = SinkhornStatus::kIterationLimit;
      return;
    }
    const bool stalled = end == StageEnd::kStalled || result_->marginal_error > previous / 2;
    if (stalled && narrow) {
      state_->Use(IterationKind::kDoubleKernel);
    } else if (stalled && std::isfinite(previous)) {
      result_->status = SinkhornStatus::kRoundingLimit;
      return;
    }
    previous = result_->marginal_error;
    target = std::min(target, tolerance) / 2;
  }
}

void SinkhornDriver::Run(SinkhornIteration& state, const SinkhornProblem& problem, Sinkhorn& result) {
  state_ = &state;
  problem_ = problem;
  result_ = &result;
  unit_ = ErrorUnit(problem);
  recoveries_ = 0;
  column_left_ = 0;
  relaxation_ = Relaxation(problem.options->accelerate);
  result.iterations = result.logarithmic = 0;
  result.epsilon = problem.options->epsilon;
  Start();
  Finish();
  state.Potentials(result.row_potentials, result.column_potentials);
  for (size_t i = 0; i < problem.a.size(); ++i) result.dual_value += problem.a[i] * result.row_potentials[i];
  for (size_t j = 0; j < problem.b.size(); ++j) result.dual_value += problem.b[j] * result.column_potentials[j];
}

}  // namespace wgan::ot
