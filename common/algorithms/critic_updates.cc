#include "common/algorithms/critic_updates.h"

#include <algorithm>

namespace wgan {

int64_t CriticUpdatesIn(const CriticUpdatesConfig& config, int64_t iteration) {
  const int64_t t = iteration - 1;
  const bool extra = config.warm_up_every() > 0 && t % config.warm_up_every() == 0;
  return extra || t < config.warm_up_iterations() ? config.warm_up() : config.ordinary();
}

int64_t CriticUpdatesAfter(const CriticUpdatesConfig& config, int64_t iterations) {
  const int64_t every = config.warm_up_every();
  const int64_t first = std::min(config.warm_up_iterations(), iterations);
  // Multiples of `every` below n: ceil(n / every) of them, 0 included.
  const auto multiples = [every](int64_t n) { return every > 0 ? (n + every - 1) / every : 0; };
  const int64_t extra = multiples(iterations) - multiples(first);
  return (first + extra) * config.warm_up() + (iterations - first - extra) * config.ordinary();
}

}  // namespace wgan
