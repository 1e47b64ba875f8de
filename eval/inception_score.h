// The Inception score (Salimans et al., "Improved techniques for training GANs", NIPS 2016, Section 4) of a
// classifier's answers, whatever the classifier. Only with the 2015 Inception graph is it the published number; with
// another classifier it is a classifier score and no number to set beside it. No LibTorch.
#ifndef EVAL_INCEPTION_SCORE_H_
#define EVAL_INCEPTION_SCORE_H_

#include <vector>

#include "absl/status/statusor.h"
#include "common/ot/matrix_view.h"

namespace wgan {

struct InceptionScore {
  double mean = 0;             // over the parts
  double deviation = 0;        // of the parts, divided by their number: what papers give in parentheses
  std::vector<double> scores;  // of each part
};

// exp(mean_x KL(p(.|x) || p(.))) for each of `parts` consecutive parts of the samples, p(.) being the part's own mean:
// between 1 and the number of classes. `probabilities` [n,K], row i = p(.|x_i); part k has rows floor(k n / parts) to
// floor((k + 1) n / parts). Papers take n = 50,000 and 10 parts. Errors: kInvalidArgument for fewer rows than parts,
// and for a row that is not a distribution (negative, not finite, or off 1 by more than 1e-3), which the message names.
absl::StatusOr<InceptionScore> ComputeInceptionScore(ot::MatrixView<double> probabilities, int parts);

}  // namespace wgan

#endif  // EVAL_INCEPTION_SCORE_H_
