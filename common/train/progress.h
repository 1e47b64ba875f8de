// How far a run is, on the terminal.
#ifndef COMMON_TRAIN_PROGRESS_H_
#define COMMON_TRAIN_PROGRESS_H_

#include <cstdint>
#include <cstdio>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "common/train/loop.h"

namespace wgan {

// What one line of progress shows.
struct Progress {
  int64_t iteration = 0;
  int64_t iterations = 0;
  double rate = 0;  // iterations per second; 0: not known yet
  std::vector<std::pair<std::string, double>> scalars;
};

// "  1234/60000  2%  3.21 it/s  ETA 5:04:31  critic_loss 0.0123  wd 0.456".
std::string ProgressLine(const Progress& progress);

// The same after a bar "[####------]", in `width` columns: for a terminal. Where it is narrow, the last scalars are
// left out, and the bar before the first two scalars.
std::string ProgressBar(const Progress& progress, int width);

// "4:05", "1:02:03" or "2d 03:04:05".
std::string HoursMinutesSeconds(absl::Duration duration);

// Shows progress on `stream`: one line redrawn several times a second where that is a terminal, otherwise a plain line
// every ten seconds. Notices get lines of their own.
class ProgressDisplay : public TrainingObserver {
 public:
  // `stream` is not owned. `clock` gives the time since some fixed moment; tests bring their own.
  ProgressDisplay(std::FILE* stream, bool is_terminal, int64_t iterations, std::vector<std::string> scalar_names,
                  absl::Time (*clock)());
  ~ProgressDisplay() override;  // ends the redrawn line

  absl::Status Begin(int64_t done) override;
  absl::Status AfterIteration(int64_t iteration, const std::vector<double>& scalars, bool logged) override;
  void Notice(const std::string& text) override;

 private:
  void UpdateRate(absl::Time now);
  void Show(const std::vector<double>& scalars);

  std::FILE* stream_;
  const bool is_terminal_;
  const std::vector<std::string> scalar_names_;
  absl::Time (*const clock_)();
  Progress progress_;
  absl::Time last_step_, last_shown_;
  double seconds_per_iteration_ = 0;  // moving average; 0: no iteration yet
  bool line_open_ = false;            // the cursor stands behind a redrawn line
};

}  // namespace wgan

#endif  // COMMON_TRAIN_PROGRESS_H_
