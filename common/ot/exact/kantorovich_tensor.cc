#include "common/ot/exact/kantorovich_tensor.h"

#include <ATen/ops/empty.h>

#include <algorithm>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/base/status_macros.h"
#include "common/ot/costs_tensor.h"
#include "common/ot/exact/assignment.h"
#include "common/ot/exact/kantorovich.h"

namespace wgan::ot {
namespace {

// `values` as a tensor of `type` on `device`, in memory of its own.
template <typename T>
at::Tensor ToTensor(const std::vector<T>& values, at::ScalarType type, at::Device device) {
  const at::Tensor host = at::empty({static_cast<int64_t>(values.size())}, at::CppTypeToScalarType<T>::value);
  std::copy(values.begin(), values.end(), host.data_ptr<T>());
  return host.to(device, type);
}

}  // namespace

absl::StatusOr<KantorovichTensors> SolveKantorovichDual(const at::Tensor& real, const at::Tensor& fake, double k,
                                                        absl::Span<const double> initial_column_duals) {
  KantorovichTensors result;
  ASSIGN_OR_RETURN(result.costs, QuadraticCosts(real, fake, k));
  const int64_t n = real.size(0);
  if (n != fake.size(0)) {
    return absl::InvalidArgumentError(
        absl::StrCat("The dual needs equally many real and fake samples, not ", n, " and ", fake.size(0), "."));
  }
  AssignmentOptions options;
  options.initial_column_duals = initial_column_duals;
  const MatrixView<double> costs({result.costs.data_ptr<double>(), static_cast<size_t>(n * n)}, n, n);
  ASSIGN_OR_RETURN(Assignment assignment, SolveAssignment(costs, options));
  const KantorovichDual dual = CentredDual(assignment);
  result.h_real = ToTensor(dual.real, at::kFloat, real.device());
  result.h_fake = ToTensor(dual.fake, at::kFloat, real.device());
  result.matching = ToTensor(dual.matching, at::kLong, real.device());
  result.wasserstein = dual.wasserstein;
  result.column_duals = std::move(assignment.column_duals);
  result.certificate = dual.certificate;
  return result;
}

}  // namespace wgan::ot
