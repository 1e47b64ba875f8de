#include "eval/metrics/statistics_file_tensor.h"

#include <torch/torch.h>

#include <cstring>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "common/base/status_macros.h"
#include "common/io/npz.h"

namespace wgan {
namespace {

// The array called `name` as a tensor of `dimensions` dimensions; undefined if there is none.
absl::StatusOr<at::Tensor> Find(const NpzArrays& arrays, const std::string& name, size_t dimensions) {
  const auto found = arrays.find(name);
  if (found == arrays.end()) return at::Tensor();
  const NpyArray& array = found->second;
  if (array.shape.size() != dimensions || array.size() == 0 ||
      (array.type != ElementType::kF32 && array.type != ElementType::kF64)) {
    return absl::InvalidArgumentError(absl::StrCat("'", name, "' must be ", dimensions,
                                                   "-dimensional, of floats or doubles, and has the shape [",
                                                   absl::StrJoin(array.shape, ","), "]"));
  }
  at::Tensor tensor = torch::empty(array.shape, array.type == ElementType::kF32 ? torch::kFloat32 : torch::kFloat64);
  std::memcpy(tensor.mutable_data_ptr(), array.data.data(), array.data.size());
  if (!torch::isfinite(tensor).all().item<bool>()) {
    return absl::InvalidArgumentError(absl::StrCat("'", name, "' holds a number that is not finite"));
  }
  return tensor;
}

absl::StatusOr<StatisticsFile> FromArrays(const NpzArrays& arrays) {
  StatisticsFile file;
  ASSIGN_OR_RETURN(const at::Tensor mean, Find(arrays, "mu", 1));
  ASSIGN_OR_RETURN(const at::Tensor covariance, Find(arrays, "sigma", 2));
  ASSIGN_OR_RETURN(file.features, Find(arrays, "feats", 2));
  if (mean.defined() != covariance.defined() || (!mean.defined() && !file.features.defined())) {
    std::vector<std::string> names;
    for (const auto& [name, array] : arrays) names.push_back(name);
    return absl::InvalidArgumentError(
        absl::StrCat("it must hold 'mu' and 'sigma', or 'feats', and holds '", absl::StrJoin(names, "', '"), "'"));
  }
  if (!mean.defined()) return file;
  const int64_t d = mean.size(0);
  if (covariance.size(0) != d || covariance.size(1) != d || (file.features.defined() && file.features.size(1) != d)) {
    return absl::InvalidArgumentError(absl::StrCat("'mu' has ", d, " features and another array has not"));
  }
  file.moments = {mean.to(torch::kFloat64), covariance.to(torch::kFloat64),
                  file.features.defined() ? file.features.size(0) : 0};
  return file;
}

}  // namespace

absl::StatusOr<StatisticsFile> ReadStatisticsFile(const std::string& path) {
  ASSIGN_OR_RETURN(const NpzArrays arrays, ReadNpz(path));
  absl::StatusOr<StatisticsFile> file = FromArrays(arrays);
  if (!file.ok()) return Annotate(file.status(), path);
  return file;
}

absl::Status WriteMoments(const std::string& path, const FeatureStatistics& moments) {
  const at::Tensor mean = moments.mean.to(torch::kCPU, torch::kFloat64).contiguous();
  const at::Tensor covariance = moments.covariance.to(torch::kCPU, torch::kFloat64).contiguous();
  const auto values = [](const at::Tensor& t) { return absl::MakeConstSpan(t.const_data_ptr<double>(), t.numel()); };
  return WriteNpz(path, {NpyView("mu", mean.sizes().vec(), values(mean)),
                         NpyView("sigma", covariance.sizes().vec(), values(covariance))});
}

absl::Status WriteFeatures(const std::string& path, const at::Tensor& features) {
  const at::Tensor rows = features.to(torch::kCPU, torch::kFloat32).contiguous();
  return WriteNpz(
      path, {NpyView("feats", rows.sizes().vec(), absl::MakeConstSpan(rows.const_data_ptr<float>(), rows.numel()))});
}

}  // namespace wgan
