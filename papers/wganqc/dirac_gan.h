// The Dirac experiment (spec of Mescheder, Geiger, Nowozin, ICML 2018; supplement of WGAN-QC): the real law is a point
// mass at 0, the generator a point mass at theta, the critic D(x) = w x, so D(0) = 0 and grad D = w. Plain gradient
// descent with one step size for both players. Each method's training is then a recursion in the plane.
#ifndef PAPERS_WGANQC_DIRAC_GAN_H_
#define PAPERS_WGANQC_DIRAC_GAN_H_

namespace wgan::wganqc {

enum class DiracMethod {
  kWgan,         // L_D = w theta
  kWganGp,       // + penalty (|w| - 1)^2
  kWganDiv,      // + k |w|^p
  kCrGan,        // standard GAN with R1
  kQcVectorOtr,  // WGAN-QC, OTR in one dimension as Eq. (8) reads: lambda/2 (w + K theta)^2
  kQcNormOtr,    // WGAN-QC, OTR in the image code's form: lambda/2 (|w| - K |theta|)^2
};

struct DiracSettings {
  double step_size = 0.01;  // alpha, for both players (supplement)
  bool alternating = true;  // D first and G against the new D (AltGD), or both at once (SimGD)
  double gp_weight = 10;    // WGAN-GP's default
  double div_weight = 2;    // k (supplement)
  double div_power = 6;     // p (supplement)
  double r1_weight = 10;    // CRGAN's gamma (supplement)
  double cost_scale = 1;    // K, not in the supplement
  double otr_weight = 1;    // lambda = gamma / sqrt(K), not in the supplement
};

struct DiracState {
  double theta = 1;  // the generator's position
  double w = 1;      // the critic's slope
};

// -dL_D/dw: the direction of the critic's step at `state`.
double DiracCriticDirection(DiracMethod method, const DiracSettings& settings, const DiracState& state);

// -dL_G/dtheta: the direction of the generator's step at `state`.
double DiracGeneratorDirection(DiracMethod method, const DiracState& state);

// The state after one round of training.
DiracState DiracStep(DiracMethod method, const DiracSettings& settings, const DiracState& state);

}  // namespace wgan::wganqc

#endif  // PAPERS_WGANQC_DIRAC_GAN_H_
