// How far each Sinkhorn update should go: adaptive over-relaxation. Internal to common/ot/entropic.
#ifndef COMMON_OT_ENTROPIC_RELAXATION_H_
#define COMMON_OT_ENTROPIC_RELAXATION_H_

#include <cstdint>

namespace wgan::ot {

// Sinkhorn's iteration is, near its fixed point, a Gauss-Seidel iteration on two blocks whose error shrinks by a rate
// theta < 1 each time. Updates that go `omega` as far make it successive over-relaxation. By Young's theory
// (D. M. Young, "Iterative Solution of Large Linear Systems", 1971, chapter 6) the rate r at some omega gives theta by
//   (r + omega - 1)^2 = r omega^2 theta   where r > omega - 1,
// and the best is omega = 2 / (1 + sqrt(1 - theta)), with rate omega - 1: 1 - O(sqrt(1 - theta)) for 1 - (1 - theta).
// A. Thibault, L. Chizat, C. Dossal, N. Papadakis, "Overrelaxed Sinkhorn-Knopp algorithm for regularized optimal
// transport" (Algorithms 14, 2021) has the same for Sinkhorn's iteration.
//
// theta is not known: it is estimated from the errors while they fall, starting from omega = 1. A step up may fail:
// then the error grows. The caller keeps the state at each step up and goes back to it on a failure; each lowers the
// limit of omega, and after a number of them it stays at 1, Sinkhorn's own iteration, which always converges.
class Relaxation {
 public:
  // Never relaxes if not `enabled`.
  explicit Relaxation(bool enabled = true) : enabled_(enabled) {}

  double omega() const { return omega_; }

  // Forgets the errors, as for another problem; keeps what is known of theta.
  void Restart();

  enum class Event { kNone, kRaised, kFailed };

  // The marginal error after an iteration at omega(); sets omega() for the next. kRaised: keep the present state;
  // kFailed: go back to the state that was kept last.
  Event Observe(double error);

 private:
  static constexpr int kWindow = 6;             // errors that a rate is taken from
  static constexpr double kGain = 0.7;          // what a step up must have done to the error before the next
  static constexpr int64_t kMostFailures = 15;  // errors that grew, before relaxation is given up

  void Become(double omega);
  bool Grown(double error) const;
  Event Fail();

  bool enabled_;
  double omega_ = 1, before_ = 1;  // now, and before it was raised
  double limit_ = 1.99999;
  double last_rate_ = 0;
  double error_at_change_ = 0;
  int64_t since_change_ = 0, failures_ = 0;
  double errors_[kWindow] = {};  // errors_[k % kWindow]
};

}  // namespace wgan::ot

#endif  // COMMON_OT_ENTROPIC_RELAXATION_H_
