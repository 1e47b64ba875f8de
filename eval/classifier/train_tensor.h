// Training of our classifiers.
#ifndef EVAL_CLASSIFIER_TRAIN_TENSOR_H_
#define EVAL_CLASSIFIER_TRAIN_TENSOR_H_

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "eval/classifier/classifier.pb.h"
#include "eval/classifier/trained_classifier_tensor.h"

namespace wgan {

// What may be shown after each iteration.
using ClassifierProgress = std::function<void(int64_t iteration, double loss)>;

// Trains as `config` (valid) says, on the images in `data_dir` or, where that is empty and config has one, on the
// stand-in; then measures the accuracy on held-out images and writes `output` (SaveClassifier). Takes one thread, so
// that config, data and program decide every bit. `progress` may be empty. Errors: of the data (also labels that are
// missing or not below config.classes), of `output`, and kInternal if the loss stops being finite.
absl::StatusOr<ClassifierRecord> TrainClassifier(const ClassifierConfig& config, const std::string& data_dir,
                                                 const std::string& output, const ClassifierProgress& progress);

}  // namespace wgan

#endif  // EVAL_CLASSIFIER_TRAIN_TENSOR_H_
