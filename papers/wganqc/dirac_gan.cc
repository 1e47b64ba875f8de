#include "papers/wganqc/dirac_gan.h"

#include <cmath>

namespace wgan::wganqc {
namespace {

double Sign(double x) { return (x > 0) - (x < 0); }
double Sigmoid(double x) { return 1 / (1 + std::exp(-x)); }

// d/dw of 1/2 (w theta + c/2)^2, c = K theta^2 / 2: regression of D(theta) on its dual H_s = -c/2 (n = 1). The real
// term does not depend on w, because D(0) = 0.
double QcRegressionSlope(const DiracSettings& settings, const DiracState& state) {
  return state.theta * (state.w * state.theta + settings.cost_scale * state.theta * state.theta / 4);
}

}  // namespace

double DiracCriticDirection(DiracMethod method, const DiracSettings& settings, const DiracState& state) {
  const auto [theta, w] = state;
  const double K = settings.cost_scale;
  switch (method) {
    case DiracMethod::kWgan:
      return -theta;
    case DiracMethod::kWganGp:
      return -(theta + 2 * settings.gp_weight * (std::abs(w) - 1) * Sign(w));
    case DiracMethod::kWganDiv:
      return -(theta +
               settings.div_weight * settings.div_power * std::pow(std::abs(w), settings.div_power - 1) * Sign(w));
    case DiracMethod::kCrGan:
      return -(theta * Sigmoid(w * theta) + settings.r1_weight * w);
    case DiracMethod::kQcVectorOtr:
      return -(QcRegressionSlope(settings, state) + settings.otr_weight * (w + K * theta));
    case DiracMethod::kQcNormOtr:
      return -(QcRegressionSlope(settings, state) +
               settings.otr_weight * (std::abs(w) - K * std::abs(theta)) * Sign(w));
  }
  __builtin_unreachable();
}

double DiracGeneratorDirection(DiracMethod method, const DiracState& state) {
  // L_G = -D(theta) = -w theta for the Wasserstein family; CRGAN's non-saturating loss softplus(-w theta).
  if (method == DiracMethod::kCrGan) return state.w * Sigmoid(-state.w * state.theta);
  return state.w;
}

DiracState DiracStep(DiracMethod method, const DiracSettings& settings, const DiracState& state) {
  DiracState next = state;
  next.w += settings.step_size * DiracCriticDirection(method, settings, state);
  const DiracState seen = settings.alternating ? DiracState{state.theta, next.w} : state;
  next.theta += settings.step_size * DiracGeneratorDirection(method, seen);
  return next;
}

}  // namespace wgan::wganqc
