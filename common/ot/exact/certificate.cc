#include "common/ot/exact/certificate.h"

#include <algorithm>
#include <cmath>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "common/base/check.h"
#include "common/ot/exact/row_scan.h"

namespace wgan::ot {
namespace {

// A sum that carries its rounding errors along (Neumaier 1974): n = 4096 terms would otherwise cost up to 12 bits.
class CompensatedSum {
 public:
  void Add(double x) {
    const double t = sum_ + x;
    lost_ += std::fabs(sum_) >= std::fabs(x) ? (sum_ - t) + x : (x - t) + sum_;
    sum_ = t;
  }
  double value() const { return sum_ + lost_; }

 private:
  double sum_ = 0, lost_ = 0;
};

// The plan's cost, its slackness, and its row and column sums against the weights.
template <typename T>
void CheckEntries(MatrixView<T> costs, absl::Span<const PlanEntry> plan, absl::Span<const double> a,
                  absl::Span<const double> b, absl::Span<const double> u, absl::Span<const double> v,
                  Certificate& result) {
  CompensatedSum primal;
  std::vector<CompensatedSum> sums(a.size() + b.size());
  for (const PlanEntry& entry : plan) {
    const bool in_range = entry.row >= 0 && entry.row < costs.rows() && entry.column >= 0 &&
                          entry.column < costs.columns() && !(entry.mass < 0);
    if (!in_range) {
      result.plan_in_range = false;
      continue;
    }
    const double cost = costs.at(entry.row, entry.column);
    primal.Add(entry.mass * cost);
    sums[entry.row].Add(entry.mass);
    sums[a.size() + entry.column].Add(entry.mass);
    const double slack = std::fabs(cost - u[entry.row] - v[entry.column]);
    if (slack > result.slackness_violation) {
      result.slackness_violation = slack;
      result.slackness_row = entry.row;
      result.slackness_column = entry.column;
    }
  }
  result.primal = primal.value();
  for (size_t k = 0; k < sums.size(); ++k) {
    const double weight = k < a.size() ? a[k] : b[k - a.size()];
    result.finite = result.finite && std::isfinite(weight) && std::isfinite(sums[k].value());
    result.marginal_violation = std::max(result.marginal_violation, std::fabs(sums[k].value() - weight));
  }
}

// u_i + v_j <= C_ij for every i, j, and the size of the costs.
template <typename T>
void CheckFeasibility(MatrixView<T> costs, absl::Span<const double> u, absl::Span<const double> v,
                      Certificate& result) {
  const RowScan<T>& scan = RowScanFor<T>(BestInstructionSet());
  for (int64_t i = 0; i < costs.rows(); ++i) {
    const RowCheck row = scan.check(costs.row(i), u[i], v.data(), costs.columns());
    result.finite = result.finite && row.finite;
    result.max_cost = std::max(result.max_cost, row.max_cost);
    if (row.excess > result.feasibility_violation) {
      result.feasibility_violation = row.excess;
      result.feasibility_row = i;
    }
  }
}

double DualValue(absl::Span<const double> a, absl::Span<const double> b, absl::Span<const double> u,
                 absl::Span<const double> v) {
  CompensatedSum dual;
  for (size_t i = 0; i < a.size(); ++i) dual.Add(a[i] * u[i]);
  for (size_t j = 0; j < b.size(); ++j) dual.Add(b[j] * v[j]);
  return dual.value();
}

}  // namespace

template <typename T>
Certificate CheckPlan(MatrixView<T> costs, absl::Span<const PlanEntry> plan, absl::Span<const double> a,
                      absl::Span<const double> b, absl::Span<const double> u, absl::Span<const double> v,
                      const CertificateTolerance& tolerance) {
  WGAN_CHECK(static_cast<int64_t>(a.size()) == costs.rows() && a.size() == u.size());
  WGAN_CHECK(static_cast<int64_t>(b.size()) == costs.columns() && b.size() == v.size());
  Certificate result;
  CheckEntries(costs, plan, a, b, u, v, result);
  CheckFeasibility(costs, u, v, result);
  result.dual = DualValue(a, b, u, v);
  result.gap = result.primal - result.dual;
  CompensatedSum mass;
  for (double weight : a) mass.Add(weight);
  result.finite = result.finite && std::isfinite(result.primal) && std::isfinite(result.dual);
  result.cost_tolerance = tolerance.relative_cost * result.max_cost;
  result.mass_tolerance = tolerance.mass * mass.value();
  // Written so that a NaN fails.
  result.ok = result.finite && result.plan_in_range && result.marginal_violation <= result.mass_tolerance &&
              result.feasibility_violation <= result.cost_tolerance &&
              result.slackness_violation <= result.cost_tolerance &&
              std::fabs(result.gap) <= result.cost_tolerance * mass.value();
  return result;
}

template <typename T>
Certificate CheckAssignment(MatrixView<T> costs, absl::Span<const int32_t> column_of_row, absl::Span<const double> u,
                            absl::Span<const double> v, const CertificateTolerance& tolerance) {
  const int64_t n = costs.rows();
  WGAN_CHECK(n == costs.columns() && n == static_cast<int64_t>(column_of_row.size()));
  const std::vector<double> weights(n, 1.0 / n);
  std::vector<PlanEntry> plan(n);
  for (int64_t i = 0; i < n; ++i) plan[i] = {static_cast<int32_t>(i), column_of_row[i], 1.0 / n};
  return CheckPlan<T>(costs, plan, weights, weights, u, v, tolerance);
}

absl::Status CertificateStatus(const Certificate& c) {
  if (c.ok) return absl::OkStatus();
  const auto failed = [](const std::string& what) {
    return absl::InternalError(absl::StrCat("The transport plan failed its optimality check: ", what));
  };
  if (!c.finite) return failed("a cost, a weight or a dual is infinite or not a number.");
  if (!c.plan_in_range) return failed("an entry of the plan is out of range or has negative mass.");
  if (!(c.marginal_violation <= c.mass_tolerance)) {
    return failed(absl::StrFormat("a row or column of the plan misses its weight by %g (allowed: %g).",
                                  c.marginal_violation, c.mass_tolerance));
  }
  if (!(c.feasibility_violation <= c.cost_tolerance)) {
    return failed(absl::StrFormat("in row %d the duals exceed a cost by %g (allowed: %g).", c.feasibility_row,
                                  c.feasibility_violation, c.cost_tolerance));
  }
  if (!(c.slackness_violation <= c.cost_tolerance)) {
    return failed(
        absl::StrFormat("the plan uses row %d, column %d, whose cost differs from its duals by %g "
                        "(allowed: %g).",
                        c.slackness_row, c.slackness_column, c.slackness_violation, c.cost_tolerance));
  }
  return failed(absl::StrFormat("primal %.17g and dual %.17g differ by %g (allowed: %g times the mass).", c.primal,
                                c.dual, c.gap, c.cost_tolerance));
}

template Certificate CheckPlan<float>(MatrixView<float>, absl::Span<const PlanEntry>, absl::Span<const double>,
                                      absl::Span<const double>, absl::Span<const double>, absl::Span<const double>,
                                      const CertificateTolerance&);
template Certificate CheckPlan<double>(MatrixView<double>, absl::Span<const PlanEntry>, absl::Span<const double>,
                                       absl::Span<const double>, absl::Span<const double>, absl::Span<const double>,
                                       const CertificateTolerance&);
template Certificate CheckAssignment<float>(MatrixView<float>, absl::Span<const int32_t>, absl::Span<const double>,
                                            absl::Span<const double>, const CertificateTolerance&);
template Certificate CheckAssignment<double>(MatrixView<double>, absl::Span<const int32_t>, absl::Span<const double>,
                                             absl::Span<const double>, const CertificateTolerance&);

}  // namespace wgan::ot
