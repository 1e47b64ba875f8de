#include "common/ot/entropic/relaxation.h"

#include <algorithm>
#include <cmath>

namespace wgan::ot {

void Relaxation::Restart() {
  before_ = 1;
  Become(1);
}

void Relaxation::Become(double omega) {
  omega_ = std::min(std::max(omega, 1.0), limit_);
  since_change_ = 0;
  last_rate_ = 0;
}

// Relaxed errors may grow at first, like k r^k with r near omega - 1, but not for long nor by much.
bool Relaxation::Grown(double error) const {
  const bool late = static_cast<double>(since_change_) > 30 + 10 / (2 - omega_);
  return !std::isfinite(error) || error > (late ? 1 : 100) * error_at_change_;
}

Relaxation::Event Relaxation::Fail() {
  // The distance to 2, where relaxation diverges, is what matters.
  limit_ = 2 - std::sqrt((2 - omega_) * (2 - before_));
  if (++failures_ > kMostFailures) enabled_ = false;
  Become(enabled_ ? before_ : 1);
  before_ = 1;
  return Event::kFailed;
}

Relaxation::Event Relaxation::Observe(double error) {
  if (!enabled_) return Event::kNone;
  if (since_change_ == 0) error_at_change_ = error;
  errors_[since_change_ % kWindow] = error;
  ++since_change_;
  if (omega_ > 1 && Grown(error)) return Fail();
  if (since_change_ < kWindow) return Event::kNone;
  const double oldest = errors_[since_change_ % kWindow];  // kWindow - 1 iterations ago
  const double rate = std::pow(error / oldest, 1.0 / (kWindow - 1));
  const double previous = last_rate_;
  last_rate_ = rate;
  if (!(rate < 1) || !(rate > omega_ - 1)) return Event::kNone;
  // No further while the last step has not paid; and settled: the slowest mode alone is left.
  if (omega_ > 1 && error > kGain * error_at_change_) return Event::kNone;
  if (std::abs(rate - previous) > 0.1 * (1 - rate)) return Event::kNone;
  const double theta = (rate + omega_ - 1) * (rate + omega_ - 1) / (rate * omega_ * omega_);
  if (theta >= 1) return Event::kNone;
  const double best = std::min(2 / (1 + std::sqrt(1 - theta)), limit_);
  if (2 - best > 0.9 * (2 - omega_)) return Event::kNone;
  before_ = omega_;
  Become(best);
  return Event::kRaised;
}

}  // namespace wgan::ot
