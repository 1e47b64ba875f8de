// How often the critic is updated.
#ifndef PAPERS_WGANLP_CRITIC_UPDATES_H_
#define PAPERS_WGANLP_CRITIC_UPDATES_H_

#include <cstdint>

#include "papers/wganlp/wganlp.pb.h"

namespace wgan::wganlp {

// Critic updates in `iteration` = 1, 2, ...: 100 in each of the first 25, then 10 (Section 6).
int64_t CriticUpdatesIn(const CriticUpdatesConfig& config, int64_t iteration);

// All of them up to the end of iteration `iterations`, in closed form: the index of the next batch.
int64_t CriticUpdatesAfter(const CriticUpdatesConfig& config, int64_t iterations);

}  // namespace wgan::wganlp

#endif  // PAPERS_WGANLP_CRITIC_UPDATES_H_
