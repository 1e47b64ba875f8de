// bazel run //eval:ot: optimal transport between two point clouds in .npy files. common/ot/README.md names the values.
#include <cmath>
#include <cstdio>
#include <new>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "common/base/status_macros.h"
#include "common/config/flags.h"
#include "common/config/program.h"
#include "common/io/npz.h"
#include "common/ot/costs.h"
#include "eval/ot_problem.h"
#include "eval/ot_solution.h"
#include "gflags/gflags.h"

DEFINE_string(x, "", "Source points, a .npy file: [n, d], [n] for points on the line, or [n, ...], flattened.");
DEFINE_string(y, "", "Target points: [m, d], likewise.");
DEFINE_string(a, "", "Weights of the source points, a .npy file [n]. Empty: equal ones.");
DEFINE_string(b, "", "Weights of the target points [m], of the same total as --a. Empty: equal ones.");
DEFINE_string(method, "exact",
              "exact; sinkhorn (entropic, <C, P> + eps KL); kl, l2 (SWGAN's regularised duals, lambda = eps); sliced; "
              "line (exact, points on the line, by sorting).");
DEFINE_string(cost, "sqeuclidean", "sqeuclidean (no factor 1/2), euclidean, l1 or cosine.");
DEFINE_double(p, 0,
              "Exponent: the cost is scale * distance^p. 0: 2 for sqeuclidean, sliced and line, 1 for the others.");
DEFINE_double(scale, 1, "Factor of every cost; 0.5 makes sqeuclidean the half squared distance.");
DEFINE_double(eps, 0, "Regularisation of sinkhorn, kl and l2, in the unit of the costs; they need it.");
DEFINE_double(tolerance, 0, "Largest marginal error of sinkhorn, kl and l2. 0: the solver's own, 1e-6 or 1e-10.");
DEFINE_int64(max_iterations, 0, "Limit for sinkhorn, kl and l2. 0: the solver's own.");
DEFINE_int64(directions, 512, "Random directions of sliced.");
DEFINE_uint64(seed, 0, "Of the directions of sliced.");
DEFINE_string(
    out, "",
    "A .npz file for plan and potentials. All: cost, converged, a, b. exact: rows, columns, mass, duals u, v. "
    "sinkhorn: plan, f, g. kl, l2: plan, phi, psi. line: rows, columns, mass.");
DEFINE_bool(dense, false, "With --out: the plan of exact and line as a matrix too.");
DEFINE_bool(compress, false, "With --out: deflate it.");
DEFINE_bool(json, false, "Print one JSON object with all values instead of the cost.");

namespace wgan {
namespace {

constexpr char kUsageText[] =
    "Optimal transport between two point clouds: prints the cost <C, P>.\n\n"
    "  bazel run //eval:ot -- --x=a.npy --y=b.npy [--method=sinkhorn --eps=0.1] [--out=plan.npz] [--json]\n\n"
    "Exit codes: 0 done, 1 failed or not converged, 2 wrong usage, 3 bad or missing data.";

absl::Status Meaningless(const char* flag) {
  return absl::InvalidArgumentError(absl::StrCat("--", flag, " has no meaning for --method=", FLAGS_method));
}

// A flag that the method would not look at is a misunderstanding.
absl::Status CheckFlagsOfMethod(OtMethod method) {
  const auto given = [](const std::vector<const char*>& flags) -> const char* {
    for (const char* flag : flags) {
      if (FlagWasGiven(flag)) return flag;
    }
    return nullptr;
  };
  const char* extra = nullptr;
  if (!UsesCostMatrix(method)) extra = given({"cost", "scale"});
  if (!extra && !IsRegularized(method)) extra = given({"eps", "tolerance", "max_iterations"});
  if (!extra && method != OtMethod::kSliced) extra = given({"directions", "seed"});
  if (!extra && method == OtMethod::kSliced) extra = given({"out", "dense", "compress"});
  if (extra) return Meaningless(extra);
  if (FLAGS_out.empty() && (extra = given({"out", "dense", "compress"}))) {
    return absl::InvalidArgumentError(absl::StrCat("--", extra, " needs --out=FILE.npz"));
  }
  return absl::OkStatus();
}

absl::Status CheckNumbers(OtMethod method) {
  if (IsRegularized(method) && !(FLAGS_eps > 0 && std::isfinite(FLAGS_eps))) {
    return absl::InvalidArgumentError(
        absl::StrCat("--method=", FLAGS_method, " needs a positive --eps, not ", FLAGS_eps));
  }
  if (!(FLAGS_tolerance >= 0 && std::isfinite(FLAGS_tolerance))) {
    return absl::InvalidArgumentError(absl::StrCat("--tolerance must be a number >= 0, not ", FLAGS_tolerance));
  }
  if (FLAGS_max_iterations < 0) {
    return absl::InvalidArgumentError(absl::StrCat("--max_iterations must be >= 0, not ", FLAGS_max_iterations));
  }
  if (FLAGS_directions < 2 || FLAGS_directions > 100'000'000) {
    return absl::InvalidArgumentError(absl::StrCat("--directions must be in [2, 1e8], not ", FLAGS_directions));
  }
  return absl::OkStatus();
}

absl::StatusOr<OtOptions> ParseOptions() {
  for (const auto& [flag, value] : {std::pair("x", FLAGS_x), {"y", FLAGS_y}}) {
    if (value.empty()) return absl::InvalidArgumentError(absl::StrCat("--", flag, "=FILE.npy is missing (see --help)"));
  }
  // --a=$UNSET must not mean equal weights.
  for (const auto& [flag, value] : {std::pair("a", FLAGS_a), {"b", FLAGS_b}}) {
    if (value.empty() && FlagWasGiven(flag)) {
      return absl::InvalidArgumentError(absl::StrCat("--", flag, " is empty; give it a value or leave it out"));
    }
  }
  OtOptions options;
  ASSIGN_OR_RETURN(options.method, ParseOtMethod(FLAGS_method));
  ASSIGN_OR_RETURN(options.cost.cost, ot::ParseGroundCost(FLAGS_cost));
  RETURN_IF_ERROR(CheckFlagsOfMethod(options.method));
  RETURN_IF_ERROR(CheckNumbers(options.method));
  const bool square = !UsesCostMatrix(options.method) || options.cost.cost == ot::GroundCost::kSquaredEuclidean;
  options.cost.p = FlagWasGiven("p") ? FLAGS_p : (square ? 2 : 1);
  options.cost.scale = FLAGS_scale;
  RETURN_IF_ERROR(options.cost.Check());
  options.epsilon = FLAGS_eps;
  options.tolerance = FLAGS_tolerance;
  options.max_iterations = FLAGS_max_iterations;
  options.dense = FLAGS_dense;
  options.directions = FLAGS_directions;
  options.seed = FLAGS_seed;
  return options;
}

absl::Status WriteArrays(const OtSolution& solution) {
  if (FLAGS_out.empty()) return absl::OkStatus();
  std::vector<ArrayView> views;
  for (const OtArray& array : solution.arrays) views.push_back(array.view());
  return WriteNpz(ResolveUserPath(FLAGS_out), views, FLAGS_compress);
}

absl::StatusOr<OtSolution> Solve(const OtProblem& problem, const OtOptions& options) {
  try {
    return SolveOt(problem, options);
  } catch (const std::bad_alloc&) {
    return absl::ResourceExhaustedError("not enough memory for the costs; use fewer points or --method=sliced");
  }
}

ProgramEnd Main(const CommandLine& /*command*/) {
  const absl::StatusOr<OtOptions> options = ParseOptions();
  if (!options.ok()) return {ProgramEnd::kUsage, options.status()};
  const absl::StatusOr<OtProblem> problem = ReadOtProblem(ResolveUserPath(FLAGS_x), ResolveUserPath(FLAGS_y),
                                                          ResolveUserPath(FLAGS_a), ResolveUserPath(FLAGS_b));
  if (!problem.ok()) return {ProgramEnd::kData, problem.status()};
  const absl::StatusOr<OtSolution> solution = Solve(*problem, *options);
  if (!solution.ok()) {
    return {absl::IsInvalidArgument(solution.status()) ? ProgramEnd::kData : ProgramEnd::kFailed, solution.status()};
  }
  if (const absl::Status status = WriteArrays(*solution); !status.ok()) return {ProgramEnd::kFailed, status};
  if (FLAGS_json) {
    std::printf("%s\n", solution->values.dump(2).c_str());
  } else if (solution->converged) {
    std::printf("%s\n", absl::StrFormat("%.12g", solution->cost).c_str());
  }
  if (!solution->converged) return {ProgramEnd::kFailed, absl::DeadlineExceededError(solution->problem)};
  return {};
}

}  // namespace
}  // namespace wgan

int main(int argc, char** argv) { return wgan::RunProgram(argc, argv, wgan::kUsageText, wgan::Main); }
