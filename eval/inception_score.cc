#include "eval/inception_score.h"

#include <cmath>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "common/base/check.h"
#include "common/base/status_macros.h"

namespace wgan {
namespace {

constexpr double kSumTolerance = 1e-3;  // float32 softmax over a thousand classes is off by far less

absl::Status CheckRows(ot::MatrixView<double> probabilities) {
  for (int64_t i = 0; i < probabilities.rows(); ++i) {
    double sum = 0;
    bool negative = false;
    for (int64_t k = 0; k < probabilities.columns(); ++k) {
      sum += probabilities.at(i, k);
      negative = negative || !(probabilities.at(i, k) >= 0);
    }
    if (negative || !(std::abs(sum - 1) <= kSumTolerance)) {
      return absl::InvalidArgumentError(
          absl::StrCat("Inception score: row ", i, " is no distribution over classes; it sums to ", sum));
    }
  }
  return absl::OkStatus();
}

// Of rows `first` to `last` - 1.
double ScoreOf(ot::MatrixView<double> probabilities, int64_t first, int64_t last) {
  const int64_t classes = probabilities.columns();
  const double n = static_cast<double>(last - first);
  std::vector<double> marginal(classes);
  for (int64_t i = first; i < last; ++i) {
    for (int64_t k = 0; k < classes; ++k) marginal[k] += probabilities.at(i, k) / n;
  }
  double divergence = 0;
  for (int64_t i = first; i < last; ++i) {
    for (int64_t k = 0; k < classes; ++k) {
      const double p = probabilities.at(i, k);
      if (p > 0) divergence += p * std::log(p / marginal[k]) / n;  // p log p is 0 at 0
    }
  }
  return std::exp(divergence);
}

}  // namespace

absl::StatusOr<InceptionScore> ComputeInceptionScore(ot::MatrixView<double> probabilities, int parts) {
  WGAN_CHECK_GE(parts, 1);
  const int64_t n = probabilities.rows();
  if (n < parts) {
    return absl::InvalidArgumentError(absl::StrCat("Inception score: ", n, " samples do not make ", parts, " parts"));
  }
  RETURN_IF_ERROR(CheckRows(probabilities));
  InceptionScore result;
  for (int64_t k = 0; k < parts; ++k) {
    result.scores.push_back(ScoreOf(probabilities, k * n / parts, (k + 1) * n / parts));
    result.mean += result.scores.back() / parts;
  }
  for (double score : result.scores) result.deviation += (score - result.mean) * (score - result.mean) / parts;
  result.deviation = std::sqrt(result.deviation);
  return result;
}

}  // namespace wgan
