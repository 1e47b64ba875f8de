// What `//eval:ot` is asked: two weighted point clouds from .npy files and the costs between them.
#ifndef EVAL_OT_PROBLEM_H_
#define EVAL_OT_PROBLEM_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "common/ot/costs.h"
#include "common/ot/matrix_view.h"
#include "common/ot/weights.h"

namespace wgan {

// A cloud of n points in R^d, one in each row.
struct OtCloud {
  std::string path;  // for messages
  int64_t points = 0;
  int64_t dimension = 0;
  std::vector<double> values;  // [n, d]

  ot::MatrixView<double> view() const { return ot::MatrixView<double>(values, points, dimension); }
};

// Reads the array of numbers in the .npy file at `path`: [n, d]; [n], which is n points on the line; or [n, ...], whose
// rest is flattened. Integers are numbers too. Errors name the file: it cannot be read, has no points or coordinates,
// or a coordinate is not finite (with row and column).
absl::StatusOr<OtCloud> ReadOtCloud(const std::string& path);

// Reads the weights [n] or [n, 1] of `points` points. An empty path gives none, which means equal weights. Errors name
// the file, and the index of a weight that is negative or not finite.
absl::StatusOr<std::vector<double>> ReadOtWeights(const std::string& path, int64_t points);

struct OtProblem {
  OtCloud source, target;
  std::vector<double> a, b;  // as they were read; empty for equal weights
};

// Reads all four files ("" for no weights) and checks that they fit each other.
absl::StatusOr<OtProblem> ReadOtProblem(const std::string& x, const std::string& y, const std::string& a,
                                        const std::string& b);

// The cost of moving a unit of mass: scale * c(x, y)^(p / own) where `own` is 2 for the squared Euclidean cost and 1
// otherwise, so that it is scale * distance^p with the Euclidean or L1 distance.
struct OtCost {
  ot::GroundCost cost = ot::GroundCost::kSquaredEuclidean;
  double scale = 1;
  double p = 2;

  // kInvalidArgument unless p is finite and >= 1, and 1 for the cosine cost, which is no distance to take a power of.
  absl::Status Check() const;
};

// The costs [n, m]. kInvalidArgument, with row and column, if one overflows.
absl::StatusOr<ot::CostMatrix> OtCosts(const OtProblem& problem, const OtCost& cost);

}  // namespace wgan

#endif  // EVAL_OT_PROBLEM_H_
