// Trains the experiment that --experiment defines: the program behind every training target of this package.
#include "papers/wganlp/experiment.h"

int main(int argc, char** argv) {
  wgan::wganlp::WganLpExperiment experiment;
  return wgan::RunMain(experiment, argc, argv);
}
