// What is measured of a run on points of the plane, for the paper's figures.
#ifndef PAPERS_WGANLP_POINT_EVALUATION_H_
#define PAPERS_WGANLP_POINT_EVALUATION_H_

#include <cstdint>

#include "absl/status/statusor.h"
#include "common/algorithms/gan_networks.h"
#include "common/base/random_stream.h"
#include "common/train/algorithm.h"
#include "datasets/batch_source.h"
#include "datasets/dataset.pb.h"
#include "papers/wganlp/wganlp.pb.h"

namespace wgan::wganlp {

struct PointEvaluation {
  const PointEvaluationConfig& config;
  ToyConfig::Distribution distribution;
  int64_t iteration;   // generator updates done, >= 1
  bool is_last;        // of the run
  int64_t last_batch;  // index of the critic's last batch
};

// Where config.em_every asks for it, the scalars
//   em_distance, w2_distance      point_metrics.h, of new real and new generated points, from streams of their own
//   generator_deviation           BatchDeviation of these generated points; near 0: collapsed
// and where config.snapshot_iterations does, these and
//   modes_hit                     with a mixture, of mode_samples generated points
//   gradient_norm_{05,25,50,75,95}  quantiles of the critic's slope on segments between the critic's last real batch
//   and
//                                 new generated points
// and the array file "level_set" with
//   grid [n,n]   the critic at (axis[j], axis[i])      axis [n]   from -grid_limit to grid_limit
//   levels [10]  min + (k + 1/2) (max - min) / 10 of the grid, k = 0, ..., 9
//   real [B,2]   the critic's last real batch           generated [m,2]   new generated points
absl::StatusOr<Measurements> EvaluatePoints(const PointEvaluation& evaluation, const GanNetworks& networks,
                                            BatchSource& real, const RandomStreams& random);

}  // namespace wgan::wganlp

#endif  // PAPERS_WGANLP_POINT_EVALUATION_H_
