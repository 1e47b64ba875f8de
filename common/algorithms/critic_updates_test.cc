#include "common/algorithms/critic_updates.h"

#include "gtest/gtest.h"

namespace wgan {
namespace {

CriticUpdatesConfig Toy() {
  CriticUpdatesConfig config;
  config.set_ordinary(10);
  config.set_warm_up(100);
  config.set_warm_up_iterations(25);
  return config;
}

TEST(CriticUpdatesTest, ThePapersCounts) {
  const int64_t counts[][2] = {{0, 0},      {10, 1000},  {25, 2500},     {50, 2750},
                               {100, 3250}, {500, 7250}, {1000, 12'250}, {2000, 22'250}};
  for (const auto& [iterations, updates] : counts) EXPECT_EQ(CriticUpdatesAfter(Toy(), iterations), updates);
}

TEST(CriticUpdatesTest, TheTotalIsTheSum) {
  CriticUpdatesConfig every = Toy(), cifar;
  every.set_warm_up_every(7);
  cifar.set_ordinary(5);
  for (const CriticUpdatesConfig& config : {Toy(), every, cifar}) {
    int64_t sum = 0;
    for (int64_t iteration = 1; iteration <= 120; ++iteration) {
      sum += CriticUpdatesIn(config, iteration);
      ASSERT_EQ(CriticUpdatesAfter(config, iteration), sum) << iteration;
    }
  }
  EXPECT_EQ(CriticUpdatesIn(every, 28), 10);  // t = 27
  EXPECT_EQ(CriticUpdatesIn(every, 29), 100);
}

}  // namespace
}  // namespace wgan
