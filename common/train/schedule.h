// How the learning rate moves with the iterations.
#ifndef COMMON_TRAIN_SCHEDULE_H_
#define COMMON_TRAIN_SCHEDULE_H_

#include <cstdint>

#include "common/train/training.pb.h"

namespace wgan {

// The learning rate in force during `iteration` >= 1: the method's learning_rate times decay_factor once for every
// milestone m with m < iteration. (PyTorch's MultiStepLR, stepped at the end of every iteration.)
// Assumes a valid config.
double LearningRateAt(const OptimizerConfig& config, int64_t iteration);

}  // namespace wgan

#endif  // COMMON_TRAIN_SCHEDULE_H_
