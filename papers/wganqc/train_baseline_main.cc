// Trains the baseline that --experiment defines: the program behind bazel run //papers/wganqc:celeba_wgan_gp.
#include "common/algorithms/baseline_experiment.h"

int main(int argc, char** argv) {
  wgan::BaselineExperiment experiment("A baseline of \"Wasserstein GAN With Quadratic Transport Cost\" (ICCV 2019).");
  return wgan::RunMain(experiment, argc, argv);
}
