#include "eval/ot_problem.h"

#include <cmath>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "common/base/status_macros.h"
#include "common/io/npy.h"

namespace wgan {
namespace {

std::string ShapeText(const std::vector<int64_t>& shape) { return absl::StrCat("[", absl::StrJoin(shape, ", "), "]"); }

// c^power, the power being p over the exponent that the cost has already.
void RaiseCosts(double power, std::vector<double>& costs) {
  if (power == 1) return;
  for (double& cost : costs) cost = power == 2 ? cost * cost : power == 0.5 ? std::sqrt(cost) : std::pow(cost, power);
}

}  // namespace

absl::StatusOr<OtCloud> ReadOtCloud(const std::string& path) {
  ASSIGN_OR_RETURN(const NpyArray array, ReadNpy(path));
  if (array.shape.empty() || array.size() == 0) {
    return absl::InvalidArgumentError(
        absl::StrCat(path, ": an array of shape ", ShapeText(array.shape), " holds no points; [n, d] is needed"));
  }
  OtCloud cloud{path, array.shape[0], array.size() / array.shape[0], array.ToDoubles()};
  for (int64_t e = 0; e < array.size(); ++e) {
    if (std::isfinite(cloud.values[e])) continue;
    return absl::InvalidArgumentError(absl::StrCat(path, ": row ", e / cloud.dimension, ", column ",
                                                   e % cloud.dimension, " is ", cloud.values[e],
                                                   "; coordinates must be finite"));
  }
  return cloud;
}

absl::StatusOr<std::vector<double>> ReadOtWeights(const std::string& path, int64_t points) {
  if (path.empty()) return std::vector<double>();
  ASSIGN_OR_RETURN(const NpyArray array, ReadNpy(path));
  if (array.shape.empty() || array.shape[0] != array.size() || array.size() != points) {
    return absl::InvalidArgumentError(absl::StrCat(path, ": weights of shape ", ShapeText(array.shape), " for ", points,
                                                   " points; [", points, "] is needed"));
  }
  std::vector<double> weights = array.ToDoubles();
  for (int64_t i = 0; i < points; ++i) {
    if (std::isfinite(weights[i]) && weights[i] >= 0) continue;
    return absl::InvalidArgumentError(
        absl::StrCat(path, ": weight ", i, " is ", weights[i], "; weights must be finite and at least 0"));
  }
  return weights;
}

absl::StatusOr<OtProblem> ReadOtProblem(const std::string& x, const std::string& y, const std::string& a,
                                        const std::string& b) {
  OtProblem problem;
  ASSIGN_OR_RETURN(problem.source, ReadOtCloud(x));
  ASSIGN_OR_RETURN(problem.target, ReadOtCloud(y));
  if (problem.source.dimension != problem.target.dimension) {
    return absl::InvalidArgumentError(absl::StrCat(x, " has points of dimension ", problem.source.dimension, " and ", y,
                                                   " of dimension ", problem.target.dimension, "; they must agree"));
  }
  ASSIGN_OR_RETURN(problem.a, ReadOtWeights(a, problem.source.points));
  ASSIGN_OR_RETURN(problem.b, ReadOtWeights(b, problem.target.points));
  // Totals: zero, or not equal.
  RETURN_IF_ERROR(ot::MakeMarginals(problem.a, problem.source.points, problem.b, problem.target.points).status());
  return problem;
}

absl::Status OtCost::Check() const {
  if (!(scale > 0) || std::isinf(scale)) {
    return absl::InvalidArgumentError(absl::StrCat("--scale must be a positive number, not ", scale));
  }
  if (!(p >= 1) || std::isinf(p)) {
    return absl::InvalidArgumentError(absl::StrCat("--p must be a finite number >= 1, not ", p));
  }
  if (cost == ot::GroundCost::kCosine && p != 1) {
    return absl::InvalidArgumentError("--p has no meaning for --cost=cosine, which is no distance");
  }
  return absl::OkStatus();
}

absl::StatusOr<ot::CostMatrix> OtCosts(const OtProblem& problem, const OtCost& cost) {
  ASSIGN_OR_RETURN(ot::CostMatrix costs, ot::PairwiseCosts(cost.cost, problem.source.view(), problem.target.view(), 1));
  RaiseCosts(cost.cost == ot::GroundCost::kSquaredEuclidean ? cost.p / 2 : cost.p, costs.values);
  for (int64_t e = 0; e < costs.rows * costs.columns; ++e) {
    costs.values[e] *= cost.scale;
    if (std::isfinite(costs.values[e])) continue;
    return absl::InvalidArgumentError(absl::StrCat("the cost between row ", e / costs.columns, " of ",
                                                   problem.source.path, " and row ", e % costs.columns, " of ",
                                                   problem.target.path, " overflows; scale the points"));
  }
  return costs;
}

}  // namespace wgan
