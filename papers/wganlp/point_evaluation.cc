#include "papers/wganlp/point_evaluation.h"

#include <ATen/ATen.h>

#include <algorithm>
#include <vector>

#include "absl/strings/str_format.h"
#include "common/base/status_macros.h"
#include "common/losses/input_gradient.h"
#include "common/losses/penalty_points.h"
#include "common/train/random_tensor.h"
#include "papers/wganlp/point_metrics.h"

namespace wgan::wganlp {
namespace {

constexpr int kLevels = 10;

ot::MatrixView<float> View(const at::Tensor& points) {
  return {absl::MakeConstSpan(points.const_data_ptr<float>(), points.numel()), points.size(0), points.size(1)};
}

at::Tensor Generated(const GanNetworks& networks, int64_t count, RandomStream stream) {
  const at::NoGradGuard no_grad;
  const at::Device device = networks.generator->parameters().front().device();
  return networks.generator->Forward(StandardNormal({count, networks.latent_dim}, stream).to(device))
      .cpu()
      .contiguous();
}

absl::Status AddDistances(const PointEvaluation& e, const GanNetworks& networks, const RandomStreams& random,
                          Measurements& result) {
  at::Tensor real = at::empty({e.config.em_samples(), 2}, at::kFloat);
  RandomStream stream = random.Stream("evaluation_real", e.iteration);
  FillToyPoints(e.distribution, stream, absl::MakeSpan(real.mutable_data_ptr<float>(), real.numel()));
  const at::Tensor fake = Generated(networks, e.config.em_samples(), random.Stream("evaluation_latents", e.iteration));
  ASSIGN_OR_RETURN(const SampleDistances distances, ExactDistances(View(real), View(fake)));
  result.scalars.emplace_back("em_distance", distances.em);
  result.scalars.emplace_back("w2_distance", distances.w2);
  result.scalars.emplace_back("generator_deviation", BatchDeviation(fake));
  return absl::OkStatus();
}

void AddModes(const PointEvaluation& e, const GanNetworks& networks, const RandomStreams& random,
              Measurements& result) {
  const ToyModes modes = ModesOf(e.distribution);
  if (modes.centres.empty()) return;
  const at::Tensor fake = Generated(networks, e.config.mode_samples(), random.Stream("mode_latents", e.iteration));
  result.scalars.emplace_back("modes_hit", ModesHit(View(fake), modes));
}

void AddGradientNorms(const GanNetworks& networks, const at::Tensor& real, const at::Tensor& fake, RandomStream stream,
                      Measurements& result) {
  const int64_t n = std::min(real.size(0), fake.size(0));
  const at::Tensor t = Uniform({n}, 0, 1, stream);
  const at::Device device = networks.critic->parameters().front().device();
  const at::Tensor points = PointsOnSegments(real.narrow(0, 0, n), fake.narrow(0, 0, n), t).to(device).requires_grad_();
  const at::Tensor norms =
      RowNorms(PerSampleGradient(networks.critic->Forward(points), points, /*create_graph=*/false)).cpu();
  const std::vector<double> values(norms.data_ptr<float>(), norms.data_ptr<float>() + n);
  for (const int percent : {5, 25, 50, 75, 95}) {
    result.scalars.emplace_back(absl::StrFormat("gradient_norm_%02d", percent), Quantile(values, percent / 100.0));
  }
}

// The critic on the grid, row i at height axis[i].
NamedTensors LevelSet(const PointEvaluationConfig& config, const GanNetworks& networks, const at::Tensor& real,
                      const at::Tensor& fake) {
  const at::NoGradGuard no_grad;
  const int64_t n = config.grid_size();
  const at::Tensor axis = at::linspace(-config.grid_limit(), config.grid_limit(), n, at::kFloat);
  const at::Tensor points = at::stack({axis.repeat({n}), axis.repeat_interleave(n)}, 1);
  const at::Device device = networks.critic->parameters().front().device();
  const at::Tensor grid = networks.critic->Forward(points.to(device)).cpu().view({n, n});
  const double low = grid.min().item<double>(), high = grid.max().item<double>();
  const at::Tensor levels = low + (high - low) * (at::arange(kLevels, at::kFloat) + 0.5) / kLevels;
  return {{"grid", grid}, {"axis", axis}, {"levels", levels}, {"real", real}, {"generated", fake}};
}

}  // namespace

absl::StatusOr<Measurements> EvaluatePoints(const PointEvaluation& e, const GanNetworks& networks, BatchSource& real,
                                            const RandomStreams& random) {
  Measurements result;
  const auto& snapshots = e.config.snapshot_iterations();
  const bool snapshot = std::find(snapshots.begin(), snapshots.end(), e.iteration) != snapshots.end();
  if (snapshot || e.is_last || (e.iteration - 1) % e.config.em_every() == 0) {
    RETURN_IF_ERROR(AddDistances(e, networks, random, result));
  }
  if (!snapshot) return result;
  ASSIGN_OR_RETURN(const at::Tensor batch, real.Batch(e.last_batch));
  AddModes(e, networks, random, result);
  const at::Tensor fake =
      Generated(networks, e.config.snapshot_samples(), random.Stream("snapshot_latents", e.iteration));
  AddGradientNorms(networks, batch, fake, random.Stream("snapshot_points", e.iteration), result);
  result.arrays.emplace_back("level_set", LevelSet(e.config, networks, batch, fake));
  return result;
}

}  // namespace wgan::wganlp
