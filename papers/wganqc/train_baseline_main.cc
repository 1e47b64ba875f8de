// Trains the baseline that --experiment defines: the program behind bazel run //papers/wganqc:celeba_wgan_gp.
#include "papers/wganqc/scored_baseline.h"

int main(int argc, char** argv) {
  wgan::wganqc::ScoredBaselineExperiment experiment;
  return wgan::RunMain(experiment, argc, argv);
}
