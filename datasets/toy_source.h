// Batches of the two-dimensional toy distributions (toys.h).
#ifndef DATASETS_TOY_SOURCE_H_
#define DATASETS_TOY_SOURCE_H_

#include <cstdint>
#include <vector>

#include "datasets/batch_source.h"
#include "datasets/dataset.pb.h"

namespace wgan {

// Batches [batch_size,2] for ever. Swiss roll and eight Gaussians: new points in each batch, batch k from the stream
// "toy_data" at index k. 25 Gaussians: consecutive slices of one fixed set of 100,000 points (TwentyFiveGaussiansSet),
// the same slices in the same order in every pass over it, the points that fill no whole batch never seen (with batches
// of 256: 390 batches, 160 points unused).
class ToySource : public BatchSource {
 public:
  // Assumes a valid `config`, and for the 25 Gaussians `batch_size` <= 100,000.
  ToySource(const ToyConfig& config, int64_t batch_size, uint64_t seed);

  const DatasetInfo& info() const override { return info_; }
  std::vector<int64_t> sample_shape() const override { return {2}; }
  int64_t batch_size() const override { return batch_size_; }
  absl::StatusOr<at::Tensor> Batch(int64_t index) override;

 private:
  const ToyConfig::Distribution distribution_;
  const int64_t batch_size_;
  const uint64_t seed_;
  DatasetInfo info_;
  std::vector<float> fixed_set_;  // of the 25 Gaussians, else empty
};

}  // namespace wgan

#endif  // DATASETS_TOY_SOURCE_H_
