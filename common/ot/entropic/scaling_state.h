// Sinkhorn's iteration on the CPU: sinkhorn_iteration.h on kernels and on logarithms. Internal to common/ot/entropic.
#ifndef COMMON_OT_ENTROPIC_SCALING_STATE_H_
#define COMMON_OT_ENTROPIC_SCALING_STATE_H_

#include <cstdint>
#include <vector>

#include "absl/types/span.h"
#include "common/ot/entropic/aligned_buffer.h"
#include "common/ot/entropic/cost_pass.h"
#include "common/ot/entropic/kernel_pass.h"
#include "common/ot/entropic/sinkhorn_iteration.h"
#include "common/ot/instruction_set.h"
#include "common/ot/matrix_view.h"

namespace wgan::ot {

// Potentials f = eps (x + log u) of rows and likewise of columns, at a current eps; a kernel made from the absorbed
// parts x; T is the costs' type. Memory is kept from problem to problem.
template <typename T>
class ScalingState final : public SinkhornIteration {
 public:
  // A new problem; `symmetric`: f = g, `b` is not looked at. Potentials are unset. Assumes finite costs and fitting
  // sizes; `costs` must outlive the work on it.
  void Begin(MatrixView<T> costs, absl::Span<const double> a, absl::Span<const double> b, bool symmetric,
             InstructionSet set);

  void Start(double epsilon, double row, double column) override;
  void Start(double epsilon, absl::Span<const double> column_potentials) override;
  void SetEpsilon(double epsilon) override;
  void Use(IterationKind kind) override;
  IterationKind kind() const override { return kind_; }
  double Rounding(double size) const override;
  IterationReport Iterate(const Relaxing& relaxing) override;
  IterationReport IterateLogarithms(const Relaxing& relaxing) override;
  void Save() override;
  void Restore() override;
  PlanMeasure Measure() override;
  void Potentials(std::vector<double>& f, std::vector<double>& g) override;

  int64_t bytes() const { return kernel_memory_.bytes() + vector_memory_.bytes(); }

 private:
  // One side; arrays of Padded(size).
  struct Side {
    int64_t size = 0;
    double* weights = nullptr;
    double* absorbed = nullptr;  // x; -infinity behind the last column
    double* logs = nullptr;
    double* values = nullptr;
    double* sums = nullptr;
    Scalings scalings() const { return {size, weights, logs, values, sums}; }
  };

  void Allocate();
  void SetWeights(Side& side, absl::Span<const double> weights);
  void SetColumnWeights();
  void Absorb(Side& side, double factor);
  void AbsorbBoth(double factor);
  void FillKernel();
  void SetColumnArrays();
  template <typename K>
  IterationReport IterateKernel(const Relaxing& relaxing);
  double LogarithmicRow(int64_t i, double* shift);
  void LogarithmicColumns(const Relaxing& relaxing, UpdateReport& report);
  double LogOfColumn(int64_t j) const;

  MatrixView<T> costs_{{}, 0, 0};
  InstructionSet set_ = InstructionSet::kBaseline;
  const CostPass<T>* pass_ = nullptr;
  bool symmetric_ = false;
  IterationKind kind_ = IterationKind::kLogarithm;
  bool filled_ = false;  // the kernel belongs to the absorbed potentials
  double epsilon_ = 1;

  AlignedBuffer kernel_memory_, vector_memory_;
  void* kernel_ = nullptr;
  int64_t stride_ = 0;
  Side rows_, columns_;
  ColumnArrays arrays_;
  double *h_ = nullptr, *log_b_ = nullptr, *present_ = nullptr, *e_ = nullptr, *scaled_ = nullptr, *partial_ = nullptr;
  double *kept_rows_ = nullptr, *kept_columns_ = nullptr;
};

}  // namespace wgan::ot

#endif  // COMMON_OT_ENTROPIC_SCALING_STATE_H_
