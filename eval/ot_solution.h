// What `//eval:ot` answers: every value by its name in common/ot/README.md, and the arrays of the plan.
#ifndef EVAL_OT_SOLUTION_H_
#define EVAL_OT_SOLUTION_H_

#include <cstdint>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "common/io/safetensors.h"
#include "eval/ot_problem.h"

namespace wgan {

enum class OtMethod { kExact, kSinkhorn, kKl, kL2, kSliced, kLine };

// "exact", "sinkhorn", "kl", "l2", "sliced", "line", and back; an unknown name is an error with the nearest one.
absl::string_view OtMethodName(OtMethod method);
absl::StatusOr<OtMethod> ParseOtMethod(absl::string_view name);

// Whether the method works on a cost matrix (so that `OtCost::cost` and `scale` count) / on one that is regularised.
bool UsesCostMatrix(OtMethod method);
bool IsRegularized(OtMethod method);

struct OtOptions {
  OtMethod method = OtMethod::kExact;
  OtCost cost;                 // kSliced, kLine: p alone
  double epsilon = 0;          // of kSinkhorn; lambda of kKl, kL2
  double tolerance = 0;        // of the marginal error; 0: the solver's own
  int64_t max_iterations = 0;  // 0: the solver's own
  bool dense = false;          // the plan of kExact and kLine as a matrix too
  int64_t directions = 512;    // of kSliced
  uint64_t seed = 0;           // of kSliced
};

// A named array that owns its numbers: one of these vectors is filled.
struct OtArray {
  std::string name;
  std::vector<int64_t> shape;
  std::vector<double> doubles;
  std::vector<int32_t> integers;
  std::string bools;  // a byte for each, 0 or 1

  ArrayView view() const;
};

struct OtSolution {
  double cost = 0;                // what is printed: <C, P>; for kSliced and kLine SW_p^p and W_p^p
  bool converged = true;          // otherwise `problem` says what is wrong
  std::string problem;            // one sentence
  nlohmann::ordered_json values;  // all values, in the order of the page
  std::vector<OtArray> arrays;    // of the .npz file; kSliced has none
};

// Solves it. Errors: kInvalidArgument for what the data cause, others for what they do not.
absl::StatusOr<OtSolution> SolveOt(const OtProblem& problem, const OtOptions& options);

}  // namespace wgan

#endif  // EVAL_OT_SOLUTION_H_
