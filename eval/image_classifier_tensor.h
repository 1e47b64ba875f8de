// What scores of generated images ask of a classifier, whichever it is.
#ifndef EVAL_IMAGE_CLASSIFIER_TENSOR_H_
#define EVAL_IMAGE_CLASSIFIER_TENSOR_H_

#include <ATen/core/Tensor.h>

#include <string>

namespace wgan {

class ImageClassifier {
 public:
  virtual ~ImageClassifier() = default;

  // What ComputeInceptionScore (inception_score.h) of its answers is to be called: "inception_score" for the 2015
  // Inception graph and nothing else, "classifier_score" otherwise.
  virtual std::string score_name() const = 0;

  // p(class | image) in float64 [n,K], each row summing to 1, of `images` uint8 [n,C,H,W].
  virtual at::Tensor Probabilities(const at::Tensor& images) = 0;
};

}  // namespace wgan

#endif  // EVAL_IMAGE_CLASSIFIER_TENSOR_H_
