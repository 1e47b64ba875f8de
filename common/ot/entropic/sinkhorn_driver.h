// The strategy of Sinkhorn's algorithm: stages of epsilons, over-relaxation, when to stop, what to do when numbers
// leave their range. The same for every way to iterate. Internal to common/ot/entropic.
#ifndef COMMON_OT_ENTROPIC_SINKHORN_DRIVER_H_
#define COMMON_OT_ENTROPIC_SINKHORN_DRIVER_H_

#include <cstdint>

#include "absl/status/status.h"
#include "absl/types/span.h"
#include "common/ot/entropic/relaxation.h"
#include "common/ot/entropic/sinkhorn_iteration.h"
#include "common/ot/entropic/sinkhorn_types.h"

namespace wgan::ot {

// What the strategy needs to know of a problem.
struct SinkhornProblem {
  const SinkhornOptions* options = nullptr;
  double lowest_cost = 0, highest_cost = 0;
  absl::Span<const double> a, b;  // of a symmetric problem b = a
  bool symmetric = false;
};

// kInvalidArgument for options that are wrong by themselves or for these costs: see SinkhornSolver::Solve.
absl::Status CheckOptions(const SinkhornOptions& options, int64_t columns, double largest_cost);

// What to iterate on first.
IterationKind FirstKind(const SinkhornProblem& problem);

class SinkhornDriver {
 public:
  // Iterates on `state`, which has its costs, weights and kind, until the problem is solved or given up.
  void Run(SinkhornIteration& state, const SinkhornProblem& problem, Sinkhorn& result);

 private:
  enum class StageEnd { kReached, kStalled, kLimit };

  double Error(double l1, double squares) const;
  double Step(double omega);
  void StepOnLogarithms();
  void Recover();
  void Relax(double error);
  StageEnd RunStage(double target, int64_t most);
  void Start();
  void Finish();
  bool Measure();
  int64_t left() const { return problem_.options->max_iterations - result_->iterations; }

  SinkhornIteration* state_ = nullptr;
  SinkhornProblem problem_;
  Sinkhorn* result_ = nullptr;
  double unit_ = 2;         // see ErrorUnit
  double column_left_ = 0;  // part of the columns' error that the last over-relaxed update left
  int64_t recoveries_ = 0;
  Relaxation relaxation_;
};

}  // namespace wgan::ot

#endif  // COMMON_OT_ENTROPIC_SINKHORN_DRIVER_H_
