// Trains the image experiment that --experiment defines: the program behind bazel run //papers/wganqc:celeba.
#include "papers/wganqc/experiment.h"

int main(int argc, char** argv) {
  wgan::wganqc::ImageExperiment experiment;
  return wgan::RunMain(experiment, argc, argv);
}
