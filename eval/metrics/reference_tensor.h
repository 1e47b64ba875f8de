// Test helper: what reference programs say of fixed random features (testdata/make_metrics_reference.py).
#ifndef EVAL_METRICS_REFERENCE_TENSOR_H_
#define EVAL_METRICS_REFERENCE_TENSOR_H_

#include <ATen/core/Tensor.h>
#include <torch/torch.h>

#include <string>
#include <vector>

#include "common/base/check.h"
#include "common/io/tensor.h"

namespace wgan {

class MetricsReference {
 public:
  MetricsReference() {
    auto file = LoadTensors("eval/metrics/testdata/metrics.safetensors");
    WGAN_CHECK_OK(file.status());
    file_ = std::move(*file);
  }
  // An input or a list of scores.
  at::Tensor tensor(const std::string& name) const { return file_.tensors.at(name); }
  at::Tensor in_double(const std::string& name) const { return tensor(name).to(torch::kFloat64); }
  double score(const std::string& name, int64_t index = 0) const { return tensor(name)[index].item<double>(); }
  std::vector<int64_t> integers(const std::string& name) const {
    const at::Tensor values = tensor(name).contiguous();
    return std::vector<int64_t>(values.const_data_ptr<int64_t>(), values.const_data_ptr<int64_t>() + values.numel());
  }

 private:
  LoadedTensors file_;
};

}  // namespace wgan

#endif  // EVAL_METRICS_REFERENCE_TENSOR_H_
