// A generator as a training run left it: what scores of generated images, and path lengths, are made from.
#ifndef EVAL_METRICS_TRAINED_GENERATOR_TENSOR_H_
#define EVAL_METRICS_TRAINED_GENERATOR_TENSOR_H_

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "common/nn/network.h"
#include "datasets/image_reader.h"

namespace wgan {

// Is the folder `path` a run's (common/train/run_directory.h)?
bool IsRunDirectory(const std::string& path);

class TrainedGenerator {
 public:
  // The newest checkpoints/netG_NNNNNN.safetensors of the run directory `run`, which is the averaged generator where
  // the run averages, in the network of the run's config.textproto. kNotFound: no weights are there yet; kDataLoss: a
  // damaged file; kInvalidArgument: weights of another network, or a generator of points.
  static absl::StatusOr<TrainedGenerator> Load(const std::string& run);

  int64_t latent_dimension() const { return latent_dimension_; }
  int64_t iteration() const { return iteration_; }

  // Images [n,C,H,W] in [-1,1] of standard normal latents [n,latent_dimension], in evaluation mode, without gradient.
  // Networks that normalise by the batch's own statistics do so here too, over these n. A conditional generator makes
  // row i of class i mod K.
  at::Tensor Generate(const at::Tensor& latents) const;

 private:
  TrainedGenerator(std::shared_ptr<Network> network, int64_t latent_dimension, int64_t iteration)
      : network_(std::move(network)), latent_dimension_(latent_dimension), iteration_(iteration) {}

  std::shared_ptr<Network> network_;
  int64_t latent_dimension_, iteration_;
};

// The first `size` images of a generator, in 8 bits as the run's pictures are. Image i is a function of the generator,
// `seed` and i: images are made 100 at a time, as in the sampling of WGAN-GP's released code, and i's share their
// batch whatever `size` is. Meant to be read in order.
class GeneratedImages : public ImageReader {
 public:
  GeneratedImages(TrainedGenerator generator, int64_t size, uint64_t seed)
      : generator_(std::move(generator)), size_(size), seed_(seed) {}

  int64_t size() const override { return size_; }
  absl::StatusOr<Image> Read(int64_t index) const override;
  std::string Name(int64_t index) const override;

 private:
  const TrainedGenerator generator_;
  const int64_t size_;
  const uint64_t seed_;
  mutable std::mutex mutex_;
  mutable int64_t batch_ = -1;  // whose images `images_` holds
  mutable std::vector<Image> images_;
};

}  // namespace wgan

#endif  // EVAL_METRICS_TRAINED_GENERATOR_TENSOR_H_
