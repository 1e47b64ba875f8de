// Seconds of one generator iteration of WGAN-QC and of what it is compared with, each as its experiment at scale cpu
// trains it, on drawn portraits; and of the transport problem within WGAN-QC's.
#include <ATen/Parallel.h>
#include <time.h>

#include <algorithm>
#include <limits>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/algorithms/baseline.h"
#include "common/base/status_macros.h"
#include "common/io/processor_name.h"
#include "common/ot/exact/kantorovich_tensor.h"
#include "common/train/experiment_definition.h"
#include "common/train/pictures.h"
#include "datasets/factory.h"
#include "datasets/held_out.h"
#include "eval/analysis_main.h"
#include "papers/wganqc/algorithm.h"

namespace wgan::wganqc {
namespace {

constexpr int kRounds = 4, kSolutions = 20;
const RandomStreams kRandom(1);

// A method that is being trained.
struct Trainee {
  std::string name;
  std::unique_ptr<Algorithm> algorithm;
  std::unique_ptr<BatchSource> data;
  int64_t iterations = 0;                                    // of the experiment
  double seconds = std::numeric_limits<double>::infinity();  // least of an iteration
};

// Processor seconds of this process: other programs disturb them least.
double ProcessorSeconds() {
  timespec now;
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) + 1e-9 * static_cast<double>(now.tv_nsec);
}

// Of the experiment `experiment` of this paper.
template <typename Method, typename Config>
absl::StatusOr<Trainee> MakeTrainee(const std::string& name, const std::string& experiment) {
  ASSIGN_OR_RETURN(const ExperimentDefinition definition,
                   LoadExperimentDefinition(absl::StrCat("papers/wganqc/", experiment, ".experiment.textproto")));
  Config config;
  RETURN_IF_ERROR(LoadPaperConfig(definition, &config));
  RETURN_IF_ERROR(ApplyScale(definition, "cpu", &config));
  *config.mutable_dataset() = OrPortraits(config.dataset(), /*has_directory=*/false);
  Trainee trainee{name, std::make_unique<Method>(config, kRandom, at::kCPU), nullptr, config.training().iterations()};
  ASSIGN_OR_RETURN(trainee.data, MakeBatchSource(config.dataset(), config.training().batch_size(), /*seed=*/1, 0));
  return trainee;
}

absl::StatusOr<std::vector<Trainee>> Trainees() {
  std::vector<Trainee> trainees;
  ASSIGN_OR_RETURN(trainees.emplace_back(), (MakeTrainee<WganQc, WganQcConfig>("wganqc", "celeba")));
  for (const std::string method : {"wgan_gp", "wgan_div", "crgan"}) {
    ASSIGN_OR_RETURN(trainees.emplace_back(),
                     (MakeTrainee<Baseline, BaselineConfig>(method, absl::StrCat("celeba_", method))));
  }
  return trainees;
}

// Of one batch, as WganQc::Step solves it.
absl::StatusOr<double> TransportSeconds(Trainee& qc) {
  ASSIGN_OR_RETURN(const at::Tensor real, qc.data->Batch(0));
  const at::Tensor fake =
      qc.algorithm->Sample(NormalLatents(kRandom, "transport", real.size(0), qc.algorithm->latent_shape()));
  const double cost_scale = CostScale(0, real[0].numel());
  double least = std::numeric_limits<double>::infinity();
  for (int round = 0; round < kRounds; ++round) {
    const double start = ProcessorSeconds();
    for (int solution = 0; solution < kSolutions; ++solution) {
      RETURN_IF_ERROR(ot::SolveKantorovichDual(real, fake, cost_scale).status());
    }
    least = std::min(least, (ProcessorSeconds() - start) / kSolutions);
  }
  return least;
}

absl::StatusOr<AnalysisOutput> Analyse() {
  at::set_num_threads(1);
  AnalysisOutput output;
  ASSIGN_OR_RETURN(std::vector<Trainee> trainees, Trainees());
  // Turn by turn, so that a disturbance meets all; the first turn warms up.
  for (int64_t iteration = 1; iteration <= kRounds + 1; ++iteration) {
    for (Trainee& trainee : trainees) {
      const double start = ProcessorSeconds();
      RETURN_IF_ERROR(trainee.algorithm->Step(iteration, *trainee.data, kRandom).status());
      if (iteration > 1) trainee.seconds = std::min(trainee.seconds, ProcessorSeconds() - start);
    }
  }
  for (const Trainee& trainee : trainees) {
    output.AddNumber(trainee.name + "_seconds", trainee.seconds);
    output.AddNumber(trainee.name + "_training_minutes", trainee.seconds * trainee.iterations / 60);
  }
  ASSIGN_OR_RETURN(const double transport, TransportSeconds(trainees.front()));
  output.AddNumber("transport_seconds", transport);
  output.AddNumber("transport_share", transport / trainees.front().seconds);
  output.AddFact("cpu", ProcessorName());
  output.AddFact("threads", "1");
  return output;
}

}  // namespace
}  // namespace wgan::wganqc

int main(int argc, char** argv) { return wgan::AnalysisMain(argc, argv, wgan::wganqc::Analyse); }
