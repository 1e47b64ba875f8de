// --classifier, which both training programs of this paper have.
#ifndef PAPERS_WGANQC_SCORE_CLASSIFIER_H_
#define PAPERS_WGANQC_SCORE_CLASSIFIER_H_

#include <memory>

#include "absl/status/statusor.h"
#include "common/train/sample_scores.pb.h"
#include "eval/classifier/trained_classifier_tensor.h"

namespace wgan::wganqc {

// The classifier in the file that --classifier names, which then stands in scores->classifier; null without the flag.
// `scores` null: the config has none, and the flag is an error, as is a file that is no classifier.
absl::StatusOr<std::unique_ptr<TrainedClassifier>> OpenScoreClassifier(SampleScoresConfig* scores);

}  // namespace wgan::wganqc

#endif  // PAPERS_WGANQC_SCORE_CLASSIFIER_H_
