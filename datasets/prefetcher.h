// Items 0, 1, 2, ... of a pure function, prepared by background threads before they are asked for. No LibTorch.
#ifndef DATASETS_PREFETCHER_H_
#define DATASETS_PREFETCHER_H_

#include <condition_variable>
#include <cstdint>
#include <functional>
#include <map>
#include <mutex>
#include <set>
#include <thread>
#include <utility>
#include <vector>

#include "common/base/check.h"

namespace wgan {

// Get(i) returns make(i), whatever the number of threads and the order of the calls; the threads only change when
// `make` is called. After Get(i) they prepare i + 1, ..., i + threads + 1, so at most 2 threads + 1 items are alive
// here: those waiting and those being made. With 0 threads Get calls `make` itself.
//
// `make` must be a pure function, safe to call from several threads at once. Get is for one caller at a time. The
// destructor waits for calls of `make` that are under way and starts no more.
template <typename T>
class Prefetcher {
 public:
  Prefetcher(std::function<T(int64_t)> make, int threads) : make_(std::move(make)), ahead_(threads + 1) {
    WGAN_CHECK_GE(threads, 0);
    for (int i = 0; i < threads; ++i) threads_.emplace_back([this] { Work(); });
  }

  ~Prefetcher() {
    {
      std::lock_guard<std::mutex> lock(mutex_);
      stopping_ = true;
    }
    wanted_.notify_all();
    for (std::thread& thread : threads_) thread.join();
  }

  Prefetcher(const Prefetcher&) = delete;
  Prefetcher& operator=(const Prefetcher&) = delete;

  T Get(int64_t index) {
    if (threads_.empty()) return make_(index);
    std::unique_lock<std::mutex> lock(mutex_);
    MoveWindow(index);
    arrived_.wait(lock, [&] { return ready_.count(index) > 0; });
    T item = std::move(ready_.at(index));
    MoveWindow(index + 1);
    return item;
  }

 private:
  // Makes [begin, begin + ahead_) the indices to prepare; drops what is ready outside. Assumes mutex_ is held.
  void MoveWindow(int64_t begin) {
    started_ = true;
    begin_ = begin;
    std::erase_if(ready_, [&](const auto& entry) { return !InWindow(entry.first); });
    wanted_.notify_all();
  }

  bool InWindow(int64_t index) const { return index >= begin_ && index < begin_ + ahead_; }

  // The first index of the window that nobody has made or is making, or -1. Assumes mutex_ is held.
  int64_t NextToMake() const {
    for (int64_t index = begin_; started_ && index < begin_ + ahead_; ++index) {
      if (ready_.count(index) == 0 && under_way_.count(index) == 0) return index;
    }
    return -1;
  }

  void Work() {
    std::unique_lock<std::mutex> lock(mutex_);
    while (true) {
      wanted_.wait(lock, [&] { return stopping_ || NextToMake() >= 0; });
      if (stopping_) return;
      const int64_t index = NextToMake();
      under_way_.insert(index);
      lock.unlock();
      T item = make_(index);
      lock.lock();
      under_way_.erase(index);
      // The window may have moved on meanwhile.
      if (InWindow(index)) ready_.emplace(index, std::move(item));
      arrived_.notify_one();
    }
  }

  const std::function<T(int64_t)> make_;
  const int64_t ahead_;
  std::mutex mutex_;
  std::condition_variable wanted_, arrived_;
  bool started_ = false;  // nothing is prepared before the first Get: a resumed run does not begin at 0
  int64_t begin_ = 0;     // the window's first index
  std::map<int64_t, T> ready_;
  std::set<int64_t> under_way_;
  bool stopping_ = false;
  std::vector<std::thread> threads_;  // last: starts when all the rest is there
};

}  // namespace wgan

#endif  // DATASETS_PREFETCHER_H_
