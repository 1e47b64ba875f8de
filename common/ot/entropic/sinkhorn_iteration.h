// What Sinkhorn's algorithm does to potentials, as its strategy (sinkhorn_driver.h) sees it: on the CPU
// (scaling_state.h) or with tensors (sinkhorn_tensor.cc). Internal to common/ot/entropic.
#ifndef COMMON_OT_ENTROPIC_SINKHORN_ITERATION_H_
#define COMMON_OT_ENTROPIC_SINKHORN_ITERATION_H_

#include <vector>

#include "absl/types/span.h"

namespace wgan::ot {

// What an update of scalings found: how far the marginal was off before it. With q the ratio of the marginal to the
// weight, l1 = sum w |q - 1|, squares = sum w^2 (q - 1)^2.
struct UpdateReport {
  double l1 = 0;
  double squares = 0;
  double max_log = 0;    // largest |log| of a scaling after the update
  bool strayed = false;  // a sum was zero, infinite or not a number; that scaling was left alone
};

// How far an update goes: log u <- log u - step * log q, q = u * sum. 1 is Sinkhorn's update, more is over-relaxation;
// where |log q| > 1 the step is `long_step` instead, which keeps far starts safe.
struct Relaxing {
  double step = 1;
  double long_step = 1;
};

// What an iteration works on.
enum class IterationKind { kFloatKernel, kDoubleKernel, kLogarithm };

// The marginal errors that an iteration found on both sides: of the rows before it, of the columns after the rows'
// update.
struct IterationReport {
  UpdateReport rows, columns;
};

// What the plan of the present potentials amounts to, summed in double from the costs.
struct PlanMeasure {
  double cost = 0;                                                        // sum P C
  double entropy = 0;                                                     // sum P log(P / (a b))
  double mass = 0;                                                        // sum P
  double row_l1 = 0, row_squares = 0, column_l1 = 0, column_squares = 0;  // violations, as in UpdateReport
};

// One problem's costs, weights and potentials f, g, at a current eps. A symmetric problem has f = g and updates its
// rows alone, all from the same potentials.
class SinkhornIteration {
 public:
  virtual ~SinkhornIteration() = default;

  // Starts from constant f = `row` and g = `column`, or, second form, from g alone.
  virtual void Start(double epsilon, double row, double column) = 0;
  virtual void Start(double epsilon, absl::Span<const double> column_potentials) = 0;

  // Keeps the potentials f, g and makes `epsilon` the current one.
  virtual void SetEpsilon(double epsilon) = 0;

  // Iterates on `kind` from now on.
  virtual void Use(IterationKind kind) = 0;
  virtual IterationKind kind() const = 0;

  // How far rounding may put a marginal off, relative to it, where the exponents are up to `size`.
  virtual double Rounding(double size) const = 0;

  // One iteration. `strayed` in the report: the scalings leave the numbers' range, and iterations on logarithms are
  // needed before the next.
  virtual IterationReport Iterate(const Relaxing& relaxing) = 0;

  // One iteration on logarithms, whatever the kind.
  virtual IterationReport IterateLogarithms(const Relaxing& relaxing) = 0;

  // Keeps the present potentials, and goes back to those kept last. Assumes the same epsilon at both.
  virtual void Save() = 0;
  virtual void Restore() = 0;

  // The plan of the present potentials. Potentials where the weight is zero are set to their extension (see Sinkhorn).
  virtual PlanMeasure Measure() = 0;

  // f and g, with sum a f = sum b g.
  virtual void Potentials(std::vector<double>& f, std::vector<double>& g) = 0;
};

}  // namespace wgan::ot

#endif  // COMMON_OT_ENTROPIC_SINKHORN_ITERATION_H_
