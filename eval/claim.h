// Judging a claim; claim.proto says how. No LibTorch.
#ifndef EVAL_CLAIM_H_
#define EVAL_CLAIM_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "eval/claim.pb.h"
#include "eval/result.h"

namespace wgan {

enum class Verdict { kReproduced, kNotReproduced, kInconclusive, kNeedsData };
absl::string_view VerdictName(Verdict verdict);  // "not reproduced"

// How one comparison came out.
struct ComparisonOutcome {
  enum class State { kHolds, kFails, kOpen };

  std::string name;
  std::string left, right;      // what was computed; `right` is empty where there is none
  double effect = 0;            // NaN where there is none
  double lower = 0, upper = 0;  // its interval over seeds
  State state = State::kOpen;
  // Seed by seed; empty for statistics over all seeds together.
  std::vector<uint64_t> seeds;
  std::vector<double> left_values, right_values, effects;
};

struct Judgement {
  Verdict verdict = Verdict::kInconclusive;
  std::string reason;  // one sentence
  int seeds = 0;       // the least number that a comparison had
  std::vector<ComparisonOutcome> comparisons;
  std::vector<std::string> notes;
};

// Judges `spec` on `results`. kInvalidArgument for a spec that makes no sense, kNotFound for a series that is not there
// and says nothing of what it needs.
absl::StatusOr<Judgement> Judge(const ClaimSpec& spec, const ResultSet& results);

// The judgement as a JSON object (with its runs, result_provenance.h) and as one line of Markdown. `label` is the
// claim's target.
std::string ClaimJson(const std::string& label, const ClaimSpec& spec, const ResultSet& results,
                      const Judgement& judgement);
std::string ClaimLine(const std::string& label, const ClaimSpec& spec, const ResultSet& results,
                      const Judgement& judgement);

}  // namespace wgan

#endif  // EVAL_CLAIM_H_
