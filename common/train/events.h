// A run's scalars and pictures for TensorBoard.
#ifndef COMMON_TRAIN_EVENTS_H_
#define COMMON_TRAIN_EVENTS_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "common/io/event_file.h"
#include "common/io/image.h"
#include "common/train/loop.h"

namespace wgan {

// Writes one event file a session into the run's folder: the logged scalars under their names, with
// "Timing/iterations_per_second" since the line before, and every picture under its name.
class EventWriter : public TrainingObserver {
 public:
  EventWriter(std::string directory, std::vector<std::string> scalar_names)
      : directory_(std::move(directory)), scalar_names_(std::move(scalar_names)) {}

  absl::Status Begin(int64_t done) override;
  absl::Status AfterIteration(int64_t iteration, const std::vector<double>& scalars, bool logged) override;
  absl::Status AfterPicture(int64_t iteration, const std::string& name, const Image& picture) override;

 private:
  const std::string directory_;
  const std::vector<std::string> scalar_names_;
  std::optional<EventFile> file_;
  int64_t last_logged_ = 0;
  double last_time_ = 0;  // seconds since 1970
};

}  // namespace wgan

#endif  // COMMON_TRAIN_EVENTS_H_
