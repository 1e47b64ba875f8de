// Tells on stderr how far something long has come. No LibTorch.
#ifndef DATASETS_PROGRESS_LINE_H_
#define DATASETS_PROGRESS_LINE_H_

#include <cstdint>
#include <cstdio>
#include <string>
#include <utility>

#include "absl/time/clock.h"
#include "absl/time/time.h"

namespace wgan {

// A line "<what>: <done> of <total>" every five seconds, so that nothing is said about what is quick.
class ProgressLine {
 public:
  explicit ProgressLine(std::string what) : what_(std::move(what)) {}

  void operator()(int64_t done, int64_t total) {
    const absl::Time now = absl::Now();
    if (now - last_ < absl::Seconds(5)) return;
    last_ = now;
    std::fprintf(stderr, "%s: %lld of %lld\n", what_.c_str(), static_cast<long long>(done),  // NOLINT: %lld
                 static_cast<long long>(total));                                             // NOLINT
  }

 private:
  const std::string what_;
  absl::Time last_ = absl::Now();
};

}  // namespace wgan

#endif  // DATASETS_PROGRESS_LINE_H_
