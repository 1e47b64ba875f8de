// How many critic updates an iteration has.
#ifndef COMMON_ALGORITHMS_CRITIC_UPDATES_H_
#define COMMON_ALGORITHMS_CRITIC_UPDATES_H_

#include <cstdint>

#include "common/algorithms/penalized_gan.pb.h"

namespace wgan {

// Critic updates in `iteration` = 1, 2, ...
int64_t CriticUpdatesIn(const CriticUpdatesConfig& config, int64_t iteration);

// All of them up to the end of iteration `iterations`, in closed form: the index of the next batch.
int64_t CriticUpdatesAfter(const CriticUpdatesConfig& config, int64_t iterations);

}  // namespace wgan

#endif  // COMMON_ALGORITHMS_CRITIC_UPDATES_H_
