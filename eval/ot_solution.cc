#include "eval/ot_solution.h"

#include <cmath>
#include <numeric>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/types/span.h"
#include "common/base/nearest_name.h"
#include "common/base/status_macros.h"
#include "common/io/npy.h"
#include "common/ot/closed_form/one_dimensional.h"
#include "common/ot/closed_form/sliced.h"
#include "common/ot/entropic/sinkhorn.h"
#include "common/ot/entropic/sinkhorn_plan.h"
#include "common/ot/exact/transport.h"
#include "common/ot/regularized/dual.h"
#include "common/ot/regularized/solve.h"

namespace wgan {
namespace {

constexpr OtMethod kMethods[] = {OtMethod::kExact, OtMethod::kSinkhorn, OtMethod::kKl,
                                 OtMethod::kL2,    OtMethod::kSliced,   OtMethod::kLine};

// ------------------------------------------------------------------------------------------------------------- Arrays

void AddDoubles(std::string name, std::vector<int64_t> shape, std::vector<double> values, OtSolution& solution) {
  solution.arrays.push_back({std::move(name), std::move(shape), std::move(values), {}, {}});
}
void AddVector(std::string name, const std::vector<double>& values, OtSolution& solution) {
  AddDoubles(std::move(name), {static_cast<int64_t>(values.size())}, values, solution);
}

// A plan with few entries: `rows`, `columns`, `mass`, and the matrix `plan` if it is asked for.
void AddSparsePlan(const std::vector<ot::PlanEntry>& plan, int64_t n, int64_t m, bool dense, OtSolution& solution) {
  const auto count = static_cast<int64_t>(plan.size());
  OtArray rows{"rows", {count}, {}, {}, {}}, columns{"columns", {count}, {}, {}, {}}, mass{"mass", {count}, {}, {}, {}};
  for (const ot::PlanEntry& entry : plan) {
    rows.integers.push_back(entry.row);
    columns.integers.push_back(entry.column);
    mass.doubles.push_back(entry.mass);
  }
  solution.arrays.insert(solution.arrays.end(), {std::move(rows), std::move(columns), std::move(mass)});
  if (!dense) return;
  std::vector<double> matrix(n * m, 0.0);
  for (const ot::PlanEntry& entry : plan) matrix[entry.row * m + entry.column] += entry.mass;
  AddDoubles("plan", {n, m}, std::move(matrix), solution);
}

// What every file with a plan begins with.
void AddSummary(const OtProblem& problem, OtSolution& solution) {
  const ot::Marginals marginals =
      ot::MakeMarginals(problem.a, problem.source.points, problem.b, problem.target.points).value();
  AddDoubles("cost", {}, {solution.cost}, solution);
  solution.arrays.push_back({"converged", {}, {}, {}, std::string(1, static_cast<char>(solution.converged))});
  AddVector("a", marginals.a, solution);
  AddVector("b", marginals.b, solution);
}

// ------------------------------------------------------------------------------------------------------------- Values

// The values that all methods begin with.
nlohmann::ordered_json Header(const OtProblem& problem, const OtOptions& options) {
  nlohmann::ordered_json values = {{"method", std::string(OtMethodName(options.method))}};
  if (UsesCostMatrix(options.method)) {
    values["ground_cost"] = std::string(ot::GroundCostName(options.cost.cost));
    values["scale"] = options.cost.scale;
  }
  values["p"] = options.cost.p;
  values["n"] = problem.source.points;
  values["m"] = problem.target.points;
  values["d"] = problem.source.dimension;
  return values;
}

// `cost` and, unless the ground cost is no power of a distance, the distance in the points' own unit.
void AddCost(double cost, const OtOptions& options, OtSolution& solution) {
  solution.cost = cost;
  solution.values["cost"] = cost;
  if (UsesCostMatrix(options.method) && options.cost.cost == ot::GroundCost::kCosine) return;
  const double scale = UsesCostMatrix(options.method) ? options.cost.scale : 1;
  solution.values["distance"] = std::pow(cost / scale, 1 / options.cost.p);
}

void AddStatus(const char* status, bool converged, double error, double tolerance, OtSolution& solution) {
  solution.values["status"] = status;
  solution.values["marginal_error"] = error;
  solution.values["tolerance"] = tolerance;
  solution.converged = converged;
  if (converged) return;
  solution.problem = absl::StrCat("not converged (", status, "): the marginal error is ", error, ", not ", tolerance,
                                  "; raise --max_iterations, --eps or --tolerance");
}

// ------------------------------------------------------------------------------------------------------------ Methods

nlohmann::ordered_json CertificateValues(const ot::Certificate& certificate) {
  return {{"ok", certificate.ok},
          {"primal", certificate.primal},
          {"dual", certificate.dual},
          {"gap", certificate.gap},
          {"max_cost", certificate.max_cost},
          {"feasibility_violation", certificate.feasibility_violation},
          {"slackness_violation", certificate.slackness_violation},
          {"marginal_violation", certificate.marginal_violation},
          {"cost_tolerance", certificate.cost_tolerance},
          {"mass_tolerance", certificate.mass_tolerance}};
}

absl::Status SolveExact(const OtProblem& problem, const OtOptions& options, OtSolution& solution) {
  ASSIGN_OR_RETURN(const ot::CostMatrix costs, OtCosts(problem, options.cost));
  ASSIGN_OR_RETURN(const ot::Transport transport, ot::SolveTransport(costs.view(), problem.a, problem.b));
  AddCost(transport.cost, options, solution);
  solution.values["status"] = "optimal";
  solution.values["plan_entries"] = transport.plan.size();
  solution.values["certificate"] = CertificateValues(transport.certificate);
  AddSummary(problem, solution);
  AddSparsePlan(transport.plan, costs.rows, costs.columns, options.dense, solution);
  AddVector("u", transport.row_duals, solution);
  AddVector("v", transport.column_duals, solution);
  return absl::OkStatus();
}

const char* StatusName(ot::SinkhornStatus status) {
  switch (status) {
    case ot::SinkhornStatus::kConverged:
      return "converged";
    case ot::SinkhornStatus::kIterationLimit:
      return "iteration limit";
    case ot::SinkhornStatus::kRoundingLimit:
      return "rounding limit";
  }
  return "";
}

absl::Status SolveEntropic(const OtProblem& problem, const OtOptions& options, OtSolution& solution) {
  ASSIGN_OR_RETURN(const ot::CostMatrix costs, OtCosts(problem, options.cost));
  ot::SinkhornOptions settings;
  settings.epsilon = options.epsilon;
  if (options.tolerance > 0) settings.tolerance = options.tolerance;
  if (options.max_iterations > 0) settings.max_iterations = options.max_iterations;
  ASSIGN_OR_RETURN(const ot::Sinkhorn result, ot::SolveSinkhorn(costs.view(), problem.a, problem.b, settings));
  AddCost(result.transport_cost, options, solution);
  solution.values["epsilon"] = options.epsilon;
  solution.values["kl"] = result.kl;
  solution.values["regularized_value"] = result.regularized_value;
  solution.values["dual_value"] = result.dual_value;
  AddStatus(StatusName(result.status), result.status == ot::SinkhornStatus::kConverged, result.marginal_error,
            settings.tolerance, solution);
  solution.values["iterations"] = result.iterations;
  AddSummary(problem, solution);
  ASSIGN_OR_RETURN(auto plan, ot::SinkhornPlan<double>::Create(costs.view(), problem.a, problem.b, result));
  AddDoubles("plan", {costs.rows, costs.columns}, plan.Dense().values, solution);
  AddVector("f", result.row_potentials, solution);
  AddVector("g", result.column_potentials, solution);
  return absl::OkStatus();
}

const char* StatusName(ot::RegularizedStatus status) {
  switch (status) {
    case ot::RegularizedStatus::kConverged:
      return "converged";
    case ot::RegularizedStatus::kRoundingLimit:
      return "rounding limit";
    case ot::RegularizedStatus::kSweepLimit:
      return "iteration limit";
  }
  return "";
}

// pi_ij = q_i p_j m_ij.
std::vector<double> RegularizedPlan(const OtProblem& problem, const ot::CostMatrix& costs,
                                    const ot::RegularizedTransport& result, ot::Regularizer regularizer,
                                    double lambda) {
  const ot::Marginals marginals = ot::MakeMarginals(problem.a, costs.rows, problem.b, costs.columns).value();
  std::vector<double> plan(costs.values.size());
  ot::FillDensity(costs.view(), result.phi, result.psi, regularizer, lambda, absl::MakeSpan(plan));
  for (int64_t i = 0; i < costs.rows; ++i) {
    for (int64_t j = 0; j < costs.columns; ++j) plan[i * costs.columns + j] *= marginals.a[i] * marginals.b[j];
  }
  return plan;
}

absl::Status SolveRegularizedDual(const OtProblem& problem, const OtOptions& options, OtSolution& solution) {
  ASSIGN_OR_RETURN(const ot::CostMatrix costs, OtCosts(problem, options.cost));
  const ot::Regularizer regularizer = options.method == OtMethod::kKl ? ot::Regularizer::kKl : ot::Regularizer::kNorm2;
  ot::RegularizedOptions settings;
  if (options.tolerance > 0) settings.tolerance = options.tolerance;
  if (options.max_iterations > 0) settings.max_sweeps = options.max_iterations;
  ASSIGN_OR_RETURN(const ot::RegularizedTransport result,
                   ot::SolveRegularized(costs.view(), problem.a, problem.b, regularizer, options.epsilon, settings));
  AddCost(result.transport_cost, options, solution);
  solution.values["lambda"] = options.epsilon;
  solution.values["penalty"] = result.penalty;
  solution.values["regularized_value"] = result.transport_cost + options.epsilon * result.penalty;
  solution.values["dual_value"] = result.value;
  AddStatus(StatusName(result.status), result.status == ot::RegularizedStatus::kConverged, result.marginal_error,
            settings.tolerance, solution);
  solution.values["iterations"] = result.sweeps;
  AddSummary(problem, solution);
  AddDoubles("plan", {costs.rows, costs.columns}, RegularizedPlan(problem, costs, result, regularizer, options.epsilon),
             solution);
  AddVector("phi", result.phi, solution);
  AddVector("psi", result.psi, solution);
  return absl::OkStatus();
}

absl::Status SolveSlices(const OtProblem& problem, const OtOptions& options, OtSolution& solution) {
  ASSIGN_OR_RETURN(const ot::SlicedTransport result,
                   ot::SolveSliced(problem.source.view(), problem.target.view(), problem.a, problem.b,
                                   {.p = options.cost.p, .directions = options.directions, .seed = options.seed}));
  AddCost(result.cost, options, solution);
  solution.values["standard_error"] = result.standard_error;
  solution.values["directions"] = result.directions;
  solution.values["seed"] = options.seed;
  return absl::OkStatus();
}

absl::Status SolveLine(const OtProblem& problem, const OtOptions& options, OtSolution& solution) {
  if (problem.source.dimension != 1) {
    return absl::InvalidArgumentError(
        absl::StrCat("--method=line is for points on the line, not of dimension ", problem.source.dimension));
  }
  ASSIGN_OR_RETURN(const ot::OneDimensionalTransport result,
                   ot::SolveOneDimensional(problem.source.values, problem.target.values, problem.a, problem.b,
                                           {.p = options.cost.p, .want_plan = true}));
  AddCost(result.cost, options, solution);
  solution.values["distance"] = result.distance;
  solution.values["plan_entries"] = result.plan.size();
  AddSummary(problem, solution);
  AddSparsePlan(result.plan, problem.source.points, problem.target.points, options.dense, solution);
  return absl::OkStatus();
}

}  // namespace

absl::string_view OtMethodName(OtMethod method) {
  switch (method) {
    case OtMethod::kExact:
      return "exact";
    case OtMethod::kSinkhorn:
      return "sinkhorn";
    case OtMethod::kKl:
      return "kl";
    case OtMethod::kL2:
      return "l2";
    case OtMethod::kSliced:
      return "sliced";
    case OtMethod::kLine:
      return "line";
  }
  return "";
}

absl::StatusOr<OtMethod> ParseOtMethod(absl::string_view name) {
  std::vector<std::string> names;
  for (const OtMethod method : kMethods) {
    if (OtMethodName(method) == name) return method;
    names.emplace_back(OtMethodName(method));
  }
  return absl::InvalidArgumentError(absl::StrCat("there is no method \"", name, "\", only ", absl::StrJoin(names, ", "),
                                                 "; did you mean ", NearestName(name, names), "?"));
}

bool UsesCostMatrix(OtMethod method) { return method != OtMethod::kSliced && method != OtMethod::kLine; }

bool IsRegularized(OtMethod method) {
  return method == OtMethod::kSinkhorn || method == OtMethod::kKl || method == OtMethod::kL2;
}

ArrayView OtArray::view() const {
  if (!bools.empty()) return {name, ElementType::kBool, shape, bools};
  // A plan may have no entries, never a vector of doubles none.
  if (!integers.empty() || name == "rows" || name == "columns") {
    return NpyView(name, shape, absl::MakeConstSpan(integers));
  }
  return NpyView(name, shape, absl::MakeConstSpan(doubles));
}

absl::StatusOr<OtSolution> SolveOt(const OtProblem& problem, const OtOptions& options) {
  OtSolution solution;
  solution.values = Header(problem, options);
  switch (options.method) {
    case OtMethod::kExact:
      RETURN_IF_ERROR(SolveExact(problem, options, solution));
      break;
    case OtMethod::kSinkhorn:
      RETURN_IF_ERROR(SolveEntropic(problem, options, solution));
      break;
    case OtMethod::kKl:
    case OtMethod::kL2:
      RETURN_IF_ERROR(SolveRegularizedDual(problem, options, solution));
      break;
    case OtMethod::kSliced:
      RETURN_IF_ERROR(SolveSlices(problem, options, solution));
      break;
    case OtMethod::kLine:
      RETURN_IF_ERROR(SolveLine(problem, options, solution));
      break;
  }
  return solution;
}

}  // namespace wgan
