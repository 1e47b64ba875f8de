// What a paper supplies to the one training loop (loop.h): an Algorithm.
//
// The life of an Algorithm:
//   1. It is built from its config with freshly initialised networks, every random number from `random` streams.
//   2. The loop may overwrite its state from a checkpoint through VisitState.
//   3. For iteration = 1, 2, ..., N the loop calls Step(iteration, ...), logs the scalars it returns, then
//      Measure(iteration, ...), whose numbers and arrays are for the paper's figures, ...
//   4. ... calls Sample() for the picture of fixed noise every `sample_every` iterations,
//   5. ... and VisitState again to save a checkpoint, and ExportedNetworks() to save weights for others.
// The simplest one to read first: papers/wganqc/algorithm.h.
#ifndef COMMON_TRAIN_ALGORITHM_H_
#define COMMON_TRAIN_ALGORITHM_H_

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "common/base/random_stream.h"
#include "common/io/tensor.h"
#include "datasets/batch_source.h"

namespace wgan {

// Sees every piece of an Algorithm's state, each under a name that never changes: all that a checkpoint must hold so
// that a resumed run continues bit for bit. Tensors are visited in place: a reader copies from them, a loader into
// them.
class StateVisitor {
 public:
  virtual ~StateVisitor() = default;
  virtual void Tensor(const std::string& name, at::Tensor& tensor) = 0;
  virtual void Integer(const std::string& name, int64_t& value) = 0;
};

// What is measured beside the training at one iteration.
struct Measurements {
  // To evaluations.csv, e.g. {"em_distance", 0.2}. Need not be finite.
  std::vector<std::pair<std::string, double>> scalars;
  // Each to arrays/NAME_NNNNNN.safetensors, e.g. {"level_set", {{"grid", [128,128]}, {"real", [256,2]}}}.
  std::vector<std::pair<std::string, NamedTensors>> arrays;
};

class Algorithm {
 public:
  virtual ~Algorithm() = default;

  // Names of the numbers that Step returns, in order, e.g. {"critic_loss", "wd"}: metrics columns and progress bar.
  virtual std::vector<std::string> ScalarNames() const = 0;

  // One iteration of the paper's algorithm box, `iteration` >= 1: critic step(s), then one generator step. Real batches
  // come from `real` by an index that is a function of `iteration` only; randomness from `random` streams indexed by
  // it. A non-finite loss is returned as such and ends the run as "diverged". kInternal: a check of the algorithm
  // itself failed; any other status is taken for an error of the data.
  virtual absl::StatusOr<std::vector<double>> Step(int64_t iteration, BatchSource& real,
                                                   const RandomStreams& random) = 0;

  // Measures after Step(`iteration`), usually at few iterations and nothing at the others. A function of the state,
  // `iteration`, `real` and `random` that leaves the state as it is, so that how much is measured cannot change what is
  // trained; its random streams have names of their own. Errors: as Step.
  virtual absl::StatusOr<Measurements> Measure(int64_t /*iteration*/, BatchSource& /*real*/,
                                               const RandomStreams& /*random*/) {
    return Measurements();
  }

  // Shape of one latent vector, e.g. {128}.
  virtual std::vector<int64_t> latent_shape() const = 0;

  // Generated samples for latents [n, latent_shape...] from the network that is to be evaluated (EMA where there is
  // one), in evaluation mode and without gradient: [n, sample_shape...], images in [-1,1].
  virtual at::Tensor Sample(const at::Tensor& latents) = 0;

  virtual void VisitState(StateVisitor& visitor) = 0;

  // The networks to save for other programs, e.g. {"netG", tensors under the original module's dotted names}.
  virtual std::vector<std::pair<std::string, NamedTensors>> ExportedNetworks() = 0;
};

}  // namespace wgan

#endif  // COMMON_TRAIN_ALGORITHM_H_
