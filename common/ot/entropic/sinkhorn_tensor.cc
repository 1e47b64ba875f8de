#include "common/ot/entropic/sinkhorn_tensor.h"

#include <torch/torch.h>

#include <algorithm>
#include <cmath>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/base/status_macros.h"
#include "common/ot/costs_tensor.h"
#include "common/ot/entropic/sinkhorn.h"
#include "common/ot/entropic/sinkhorn_driver.h"
#include "common/ot/entropic/sinkhorn_iteration.h"
#include "common/ot/matrix_view.h"
#include "common/ot/weights.h"

namespace wgan::ot {
namespace {

// ---------------------------------------------------------------------------------------------- Between host and
// tensors

std::vector<double> ToHost(const at::Tensor& values) {
  if (!values.defined()) return {};
  const at::Tensor host = values.detach().to(at::kCPU, at::kDouble).contiguous();
  return std::vector<double>(host.data_ptr<double>(), host.data_ptr<double>() + host.numel());
}

at::Tensor FromHost(absl::Span<const double> values, const at::TensorOptions& options) {
  at::Tensor host = at::empty({static_cast<int64_t>(values.size())}, at::kDouble);
  std::copy(values.begin(), values.end(), host.data_ptr<double>());
  return host.to(options);
}

absl::Status CheckWeights(const at::Tensor& weights, const at::Tensor& costs, const char* name) {
  if (!weights.defined()) return absl::OkStatus();
  if (weights.dim() == 1 && weights.device() == costs.device() && !weights.is_complex()) return absl::OkStatus();
  return absl::InvalidArgumentError(absl::StrCat("the weights ", name, " must be a vector of real numbers on ",
                                                 costs.device().str(), ", where the costs are"));
}

absl::StatusOr<Marginals> CheckInput(const at::Tensor& costs, const at::Tensor& a, const at::Tensor& b) {
  if (costs.dim() != 2 || (costs.scalar_type() != at::kFloat && costs.scalar_type() != at::kDouble)) {
    return absl::InvalidArgumentError(absl::StrCat("costs must be a matrix of float32 or float64, not a tensor of ",
                                                   costs.dim(), " dimensions of ", c10::toString(costs.scalar_type())));
  }
  RETURN_IF_ERROR(CheckWeights(a, costs, "a"));
  RETURN_IF_ERROR(CheckWeights(b, costs, "b"));
  return MakeMarginals(ToHost(a), costs.size(0), ToHost(b), costs.size(1));
}

// ------------------------------------------------------------------------------------------------ Iteration by
// operations

// sinkhorn_iteration.h on logarithms with tensors. Potentials x = f / eps, y = g / eps as float64 [n], [m]; the matrix
// operations are in the costs' type.
class TensorIteration final : public SinkhornIteration {
 public:
  TensorIteration(const at::Tensor& costs, const Marginals& marginals, bool symmetric)
      : costs_(costs), symmetric_(symmetric), wide_(costs.options().dtype(at::kDouble)) {
    a_ = FromHost(marginals.a, wide_);
    b_ = FromHost(marginals.b, wide_);
    log_a_ = a_.log();
    log_b_ = b_.log();
  }

  void Start(double epsilon, double row, double column) override {
    epsilon_ = epsilon;
    x_ = at::full_like(a_, row / epsilon);
    y_ = at::full_like(b_, column / epsilon);
    scaled_ = costs_ / epsilon;
  }
  void Start(double epsilon, absl::Span<const double> column_potentials) override {
    Start(epsilon, 0, 0);
    y_ = FromHost(column_potentials, wide_) / epsilon;
    if (symmetric_) x_ = y_;
  }
  void SetEpsilon(double epsilon) override {
    x_ = x_ * (epsilon_ / epsilon);
    y_ = y_ * (epsilon_ / epsilon);
    epsilon_ = epsilon;
    scaled_ = costs_ / epsilon;
  }
  void Use(IterationKind) override {}
  IterationKind kind() const override { return IterationKind::kLogarithm; }
  double Rounding(double size) const override {
    return (costs_.scalar_type() == at::kFloat ? 1e-7 : 1e-15) * (100 + size);
  }
  IterationReport Iterate(const Relaxing& relaxing) override { return IterateLogarithms(relaxing); }

  IterationReport IterateLogarithms(const Relaxing& relaxing) override {
    const at::Tensor rows = x_ + LogSums(y_ + log_b_, 1);
    at::Tensor columns;
    x_ = x_ - Steps(rows, relaxing);
    if (symmetric_) {
      y_ = x_;
    } else {
      columns = y_ + LogSums(x_ + log_a_, 0);
      y_ = y_ - Steps(columns, relaxing);
    }
    IterationReport report;
    ReadErrors(rows, columns, report);
    return report;
  }

  void Save() override { kept_ = {x_, y_}; }
  void Restore() override { std::tie(x_, y_) = kept_; }

  PlanMeasure Measure() override {
    // The logarithm of P / (a b), and P where there is mass.
    const at::Tensor costs = costs_.to(at::kDouble);
    const at::Tensor exponent = (x_.unsqueeze(1) + y_) - costs / epsilon_;
    const at::Tensor plan = (exponent + log_a_.unsqueeze(1) + log_b_).exp_();
    const at::Tensor rows = plan.sum(1) - a_, columns = plan.sum(0) - b_;
    const std::vector<double> numbers =
        ToHost(at::stack({(plan * costs).sum(), (plan * exponent).sum(), plan.sum(), rows.abs().sum(),
                          rows.square().sum(), columns.abs().sum(), columns.square().sum()}));
    x_ = at::where(a_ > 0, x_, -LogSumsOf(costs / epsilon_, y_ + log_b_, 1));
    y_ = at::where(b_ > 0, y_, symmetric_ ? x_ : -LogSumsOf(costs / epsilon_, x_ + log_a_, 0));
    return {numbers[0], numbers[1], numbers[2], numbers[3], numbers[4], numbers[5], numbers[6]};
  }

  void Potentials(std::vector<double>& f, std::vector<double>& g) override {
    const at::Tensor shift = ((b_ * y_).sum() - (a_ * x_).sum()) / 2;
    f = ToHost(epsilon_ * (x_ + shift));
    g = ToHost(epsilon_ * (y_ - shift));
  }

 private:
  // log sum_j exp(h_j - c_ij) for each i, or over i for each j: `over` is the dimension that is summed.
  static at::Tensor LogSumsOf(const at::Tensor& scaled, const at::Tensor& h, int64_t over) {
    const at::Tensor narrow = h.to(scaled.scalar_type());
    return at::logsumexp((over == 1 ? narrow : narrow.unsqueeze(1)) - scaled, over).to(at::kDouble);
  }
  at::Tensor LogSums(const at::Tensor& h, int64_t over) const { return LogSumsOf(scaled_, h, over); }

  static at::Tensor Steps(const at::Tensor& log_q, const Relaxing& relaxing) {
    return at::where(log_q.abs() > 1, relaxing.long_step * log_q, relaxing.step * log_q);
  }

  // The errors of both sides in one copy.
  void ReadErrors(const at::Tensor& rows, const at::Tensor& columns, IterationReport& report) const {
    std::vector<at::Tensor> sums;
    const auto add = [&sums](const at::Tensor& weights, const at::Tensor& log_q) {
      const at::Tensor off = at::where(weights > 0, weights * at::expm1(log_q).abs(), 0.0);
      sums.push_back(off.sum());
      sums.push_back(off.square().sum());
    };
    add(a_, rows);
    if (columns.defined()) add(b_, columns);
    const std::vector<double> numbers = ToHost(at::stack(sums));
    report.rows.l1 = numbers[0];
    report.rows.squares = numbers[1];
    report.columns = report.rows;
    if (!columns.defined()) return;
    report.columns.l1 = numbers[2];
    report.columns.squares = numbers[3];
  }

  at::Tensor costs_, scaled_;  // C, C / eps
  bool symmetric_;
  at::TensorOptions wide_;
  double epsilon_ = 1;
  at::Tensor a_, b_, log_a_, log_b_, x_, y_;
  std::pair<at::Tensor, at::Tensor> kept_;
};

// -----------------------------------------------------------------------------------------------------------------
// Solving

template <typename T>
absl::StatusOr<Sinkhorn> SolveOnCpu(const at::Tensor& costs, const Marginals& marginals, const SinkhornOptions& options,
                                    bool symmetric) {
  const MatrixView<T> view({costs.data_ptr<T>(), static_cast<size_t>(costs.numel())}, costs.size(0), costs.size(1));
  SinkhornSolver<T> solver;
  Sinkhorn result;
  RETURN_IF_ERROR(symmetric ? solver.SolveSymmetric(view, marginals, options, result)
                            : solver.Solve(view, marginals, options, result));
  return result;
}

absl::StatusOr<Sinkhorn> SolveByOperations(const at::Tensor& costs, const Marginals& marginals,
                                           const SinkhornOptions& options, bool symmetric) {
  const double lowest = costs.min().item<double>(), highest = costs.max().item<double>();
  if (!(std::abs(lowest) <= 1e300) || !(std::abs(highest) <= 1e300)) {
    const at::Tensor bad = at::nonzero((costs.abs() <= 1e300).logical_not()).to(at::kCPU);
    return absl::InvalidArgumentError(absl::StrCat("the cost in row ", bad[0][0].item<int64_t>(), ", column ",
                                                   bad[0][1].item<int64_t>(),
                                                   " is not a number of size at most 1e300"));
  }
  RETURN_IF_ERROR(CheckOptions(options, costs.size(1), std::max(std::abs(lowest), std::abs(highest))));
  const SinkhornProblem problem{&options, lowest, highest, marginals.a, marginals.b, symmetric};
  TensorIteration iteration(costs, marginals, symmetric);
  Sinkhorn result;
  SinkhornDriver().Run(iteration, problem, result);
  return result;
}

// -------------------------------------------------------------------------------------------------------------------
// Graph

// A constant value whose gradient is the envelope's.
struct EnvelopeFunction : torch::autograd::Function<EnvelopeFunction> {
  static at::Tensor forward(torch::autograd::AutogradContext* context, const at::Tensor& costs, const at::Tensor& a,
                            const at::Tensor& b, const Sinkhorn& solved) {
    const at::TensorOptions wide = costs.options().dtype(at::kDouble);
    context->save_for_backward(
        {costs, a, b, FromHost(solved.row_potentials, wide), FromHost(solved.column_potentials, wide)});
    context->saved_data["epsilon"] = solved.epsilon;
    return at::full({}, solved.dual_value, costs.options());
  }

  static torch::autograd::variable_list backward(torch::autograd::AutogradContext* context,
                                                 torch::autograd::variable_list gradients) {
    TORCH_CHECK(!at::GradMode::is_enabled(), "entropic transport cannot be differentiated twice");
    const torch::autograd::variable_list saved = context->get_saved_variables();
    const at::Tensor& factor = gradients[0];
    Sinkhorn solved;
    solved.epsilon = context->saved_data["epsilon"].toDouble();
    solved.row_potentials = ToHost(saved[3]);
    solved.column_potentials = ToHost(saved[4]);
    at::Tensor by_costs, by_a, by_b;
    if (context->needs_input_grad(0)) by_costs = factor * EntropicPlan(saved[0], saved[1], saved[2], solved);
    if (context->needs_input_grad(1)) by_a = factor * WeightsGradient(saved[1], saved[3]);
    if (context->needs_input_grad(2)) by_b = factor * WeightsGradient(saved[2], saved[4]);
    return {by_costs, by_a, by_b, at::Tensor()};
  }

  // (f - <a, f>) / sum(a), a divided by its total in <a, f>.
  static at::Tensor WeightsGradient(const at::Tensor& weights, const at::Tensor& potentials) {
    const at::Tensor wide = weights.to(at::kDouble), total = wide.sum();
    return ((potentials - (wide * potentials).sum() / total) / total).to(weights.scalar_type());
  }
};

absl::StatusOr<EntropicTransportTensors> Transport(const at::Tensor& costs, const at::Tensor& a, const at::Tensor& b,
                                                   const SinkhornOptions& options, bool symmetric, bool on_cpu) {
  ASSIGN_OR_RETURN(const Marginals marginals, CheckInput(costs, a, b));
  EntropicTransportTensors result;
  const at::Tensor constant = costs.detach().contiguous();
  {
    const at::NoGradGuard no_grad;
    const auto solve = !on_cpu                                 ? &SolveByOperations
                       : constant.scalar_type() == at::kDouble ? &SolveOnCpu<double>
                                                               : &SolveOnCpu<float>;
    ASSIGN_OR_RETURN(result.solved, solve(constant, marginals, options, symmetric));
  }
  const auto weights = [&costs](const at::Tensor& given, int64_t count) {
    return given.defined() ? given : at::full({count}, 1.0 / count, costs.options().dtype(at::kDouble));
  };
  result.value = EnvelopeFunction::apply(costs, weights(a, costs.size(0)), weights(b, costs.size(1)), result.solved);
  return result;
}

}  // namespace

absl::StatusOr<EntropicTransportTensors> EntropicTransport(const at::Tensor& costs, const at::Tensor& a,
                                                           const at::Tensor& b, const SinkhornOptions& options) {
  return Transport(costs, a, b, options, /*symmetric=*/false, costs.is_cpu());
}

absl::StatusOr<EntropicTransportTensors> EntropicTransportByOperations(const at::Tensor& costs, const at::Tensor& a,
                                                                       const at::Tensor& b,
                                                                       const SinkhornOptions& options) {
  return Transport(costs, a, b, options, /*symmetric=*/false, /*on_cpu=*/false);
}

at::Tensor EntropicPlan(const at::Tensor& costs, const at::Tensor& a, const at::Tensor& b, const Sinkhorn& solved) {
  const at::NoGradGuard no_grad;
  const at::TensorOptions wide = costs.options().dtype(at::kDouble);
  // log(weight), uniform where there are none.
  const auto logs = [&wide](const at::Tensor& weights, int64_t count) {
    if (!weights.defined()) return at::full({count}, -std::log(static_cast<double>(count)), wide);
    const at::Tensor positive = weights.to(at::kDouble);
    return (positive / positive.sum()).log();
  };
  const at::Tensor rows = FromHost(solved.row_potentials, wide) / solved.epsilon + logs(a, costs.size(0));
  const at::Tensor columns = FromHost(solved.column_potentials, wide) / solved.epsilon + logs(b, costs.size(1));
  return ((rows.unsqueeze(1) + columns) - costs.to(at::kDouble) / solved.epsilon).exp_().to(costs.scalar_type());
}

absl::StatusOr<SinkhornDivergenceTensors> DebiasedSinkhorn(GroundCost cost, const at::Tensor& source,
                                                           const at::Tensor& target, const SinkhornOptions& options,
                                                           double scale) {
  SinkhornOptions self_options = options;
  self_options.initial_column_potentials = {};
  const auto solve = [&](const at::Tensor& x, const at::Tensor& y,
                         bool symmetric) -> absl::StatusOr<EntropicTransportTensors> {
    ASSIGN_OR_RETURN(const at::Tensor costs, PairwiseCosts(cost, x, y, scale));
    return Transport(costs, {}, {}, symmetric ? self_options : options, symmetric, costs.is_cpu());
  };
  ASSIGN_OR_RETURN(EntropicTransportTensors cross, solve(source, target, false));
  ASSIGN_OR_RETURN(EntropicTransportTensors source_self, solve(source, source, true));
  ASSIGN_OR_RETURN(EntropicTransportTensors target_self, solve(target, target, true));
  SinkhornDivergenceTensors result;
  result.value = cross.value - (source_self.value + target_self.value) / 2;
  result.transport_value =
      cross.solved.transport_cost - (source_self.solved.transport_cost + target_self.solved.transport_cost) / 2;
  result.status = SinkhornStatus::kConverged;
  for (const EntropicTransportTensors* problem : {&target_self, &source_self, &cross}) {
    if (problem->solved.status != SinkhornStatus::kConverged) result.status = problem->solved.status;
  }
  result.cross = std::move(cross.solved);
  result.source_self = std::move(source_self.solved);
  result.target_self = std::move(target_self.solved);
  return result;
}

}  // namespace wgan::ot
