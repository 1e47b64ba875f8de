#include "common/train/events.h"

#include <utility>

#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "common/base/status_macros.h"

namespace wgan {
namespace {

// Event files are about when things happened; no number of a run comes from here.
double SecondsSince1970() { return absl::ToDoubleSeconds(absl::Now() - absl::UnixEpoch()); }

}  // namespace

absl::Status EventWriter::Begin(int64_t done) {
  last_logged_ = done;
  last_time_ = SecondsSince1970();
  ASSIGN_OR_RETURN(file_, EventFile::Create(directory_, done + 1, last_time_));
  return file_->Flush();
}

absl::Status EventWriter::AfterIteration(int64_t iteration, const std::vector<double>& scalars, bool logged) {
  if (!logged) return absl::OkStatus();
  const double now = SecondsSince1970();
  std::vector<std::pair<std::string, double>> values;
  for (size_t i = 0; i < scalars.size(); ++i) values.emplace_back(scalar_names_[i], scalars[i]);
  if (now > last_time_) {
    values.emplace_back("Timing/iterations_per_second",
                        static_cast<double>(iteration - last_logged_) / (now - last_time_));
  }
  last_logged_ = iteration;
  last_time_ = now;
  RETURN_IF_ERROR(file_->AddScalars(iteration, values, now));
  return file_->Flush();
}

absl::Status EventWriter::AfterPicture(int64_t iteration, const std::string& name, const Image& picture) {
  RETURN_IF_ERROR(file_->AddImage(iteration, name, picture, SecondsSince1970()));
  return file_->Flush();
}

}  // namespace wgan
