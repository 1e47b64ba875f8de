// bazel run //papers/wganqc:celeba: trains the experiment that the target names (EXPERIMENT is set in the BUILD file).
#include "papers/wganqc/experiment.h"

int main(int argc, char** argv) {
  wgan::wganqc::ImageExperiment experiment(EXPERIMENT);
  return wgan::RunMain(experiment, argc, argv);
}
