#include "datasets/prefetcher.h"

#include <atomic>
#include <chrono>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "gtest/gtest.h"

namespace wgan {
namespace {

class PrefetcherTest : public testing::TestWithParam<int> {};
INSTANTIATE_TEST_SUITE_P(Threads, PrefetcherTest, testing::Values(0, 1, 2, 4));

int64_t SquareOf(int64_t index) { return index * index; }

TEST_P(PrefetcherTest, ReturnsEveryItemInOrder) {
  Prefetcher<int64_t> prefetcher(SquareOf, GetParam());
  for (int64_t i = 0; i < 200; ++i) EXPECT_EQ(prefetcher.Get(i), i * i);
}

TEST_P(PrefetcherTest, AnyOrderOfCallsGivesTheSameItems) {
  Prefetcher<int64_t> prefetcher(SquareOf, GetParam());
  for (int64_t i : {1000, 3, 3, 4, 2, 1001, 0, 0, 7, 6, 5}) EXPECT_EQ(prefetcher.Get(i), i * i);
}

TEST_P(PrefetcherTest, MoveOnlyItems) {
  Prefetcher<std::unique_ptr<int>> prefetcher([](int64_t i) { return std::make_unique<int>(static_cast<int>(i)); },
                                              GetParam());
  for (int i = 0; i < 10; ++i) EXPECT_EQ(*prefetcher.Get(i), i);
}

TEST_P(PrefetcherTest, SlowItemsOvertakenByFastOnesComeInOrder) {
  Prefetcher<int64_t> prefetcher(
      [](int64_t i) {
        if (i % 3 == 0) std::this_thread::sleep_for(std::chrono::milliseconds(3));
        return i;
      },
      GetParam());
  for (int64_t i = 0; i < 20; ++i) EXPECT_EQ(prefetcher.Get(i), i);
}

// Counts how many of it are alive.
struct Counted {
  static std::atomic<int> alive, most;
  Counted() { Enter(); }
  Counted(Counted&&) noexcept { Enter(); }
  ~Counted() { --alive; }
  static void Enter() {
    const int now = ++alive;
    int seen = most;
    while (now > seen && !most.compare_exchange_weak(seen, now)) {
    }
  }
};
std::atomic<int> Counted::alive{0}, Counted::most{0};

TEST_P(PrefetcherTest, MemoryIsBoundedAndReleased) {
  Counted::most = 0;
  {
    Prefetcher<Counted> prefetcher([](int64_t) { return Counted(); }, GetParam());
    prefetcher.Get(0);
    std::this_thread::sleep_for(std::chrono::milliseconds(20));  // time to overshoot, if it could
    for (int64_t i : {1, 2, 50, 51, 9}) prefetcher.Get(i);
  }
  // threads + 1 waiting, one in each thread twice while it is moved, one in the caller's hands twice.
  EXPECT_LE(Counted::most, 3 * GetParam() + 3);
  EXPECT_EQ(Counted::alive, 0);
}

TEST_P(PrefetcherTest, DestructionWhileItemsAreMade) {
  for (int round = 0; round < 20; ++round) {
    Prefetcher<int64_t> prefetcher(
        [](int64_t i) {
          std::this_thread::sleep_for(std::chrono::microseconds(200));
          return i;
        },
        GetParam());
    if (round % 2 == 0) {
      EXPECT_EQ(prefetcher.Get(5), 5);
    }
  }
}

TEST(Prefetcher, MakesNothingBeforeTheFirstGetAndThenWhatFollows) {
  std::mutex mutex;
  std::vector<int64_t> made;
  {
    Prefetcher<int64_t> prefetcher(
        [&](int64_t i) {
          std::lock_guard<std::mutex> lock(mutex);
          made.push_back(i);
          return i;
        },
        1);
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
    {
      std::lock_guard<std::mutex> lock(mutex);
      EXPECT_TRUE(made.empty());
    }
    EXPECT_EQ(prefetcher.Get(7), 7);
    EXPECT_EQ(prefetcher.Get(8), 8);
  }
  ASSERT_GE(made.size(), 2u);
  for (size_t i = 0; i < made.size(); ++i) EXPECT_EQ(made[i], static_cast<int64_t>(7 + i));
}

}  // namespace
}  // namespace wgan
