#include "papers/wganqc/experiment.h"

#include <utility>

#include "common/base/status_macros.h"
#include "datasets/factory.h"
#include "datasets/held_out.h"
#include "eval/scored_algorithm_tensor.h"
#include "papers/wganqc/algorithm.h"
#include "papers/wganqc/score_classifier.h"
#include "papers/wganqc/validate.h"

namespace wgan::wganqc {
namespace {

// Decoding takes a small part of a training step: two threads keep it out of the way.
constexpr int kDecodeThreads = 2;

}  // namespace

std::string ImageExperiment::summary() const { return "Wasserstein GAN With Quadratic Transport Cost (ICCV 2019)."; }

std::vector<FlagAlias> ImageExperiment::aliases() const {
  using Alias = FlagAlias;
  const std::string critic = "critic_optimizer.", generator = "generator_optimizer.", net = "network.qc_resnet.";
  return {
      Alias::Flag("dataroot", "data_dir"),
      Alias::Flag("manualSeed", "seed"),
      Alias::Fields("batchSize", {"training.batch_size"}),
      Alias::Fields("batch_size", {"training.batch_size"}),
      Alias::Fields("imageSize", {net + "image_size", "dataset.image_size"}),
      Alias::Fields("image_size", {net + "image_size", "dataset.image_size"}),
      Alias::Fields("nz", {net + "latent_dim"}),
      // One width serves both networks here.
      Alias::Fields("ngf", {net + "base_width"}),
      Alias::Fields("ndf", {net + "base_width"}),
      Alias::Fields("ngf_max", {net + "max_width"}),
      Alias::Fields("ndf_max", {net + "max_width"}),
      Alias::Fields("res_ratio", {net + "residual_scale"}),
      Alias::Fields("K", {"cost_scale"}),
      Alias::Fields("gamma", {"gamma"}),
      Alias::Fields("Giters", {"training.iterations"}),
      Alias::Fields("Diters", {"critic_rounds"}),
      Alias::Fields("DOptIters", {"critic_steps_per_batch"}),
      Alias::Fields("lrD", {critic + "adam.learning_rate"}),
      Alias::Fields("lrG", {generator + "adam.learning_rate"}),
      Alias::Fields("beta1", {critic + "adam.beta1", generator + "adam.beta1"}),
      Alias::Fields("beta2", {critic + "adam.beta2", generator + "adam.beta2"}),
      Alias::Fields("lr_anneal", {critic + "decay_factor", generator + "decay_factor"}),
      Alias::Fields("milestones", {critic + "milestones", generator + "milestones"}),
      Alias::Fields("EMA", {"generator_ema.decay"}),
      Alias::Fields("EMA_startIter", {"generator_ema.start_iteration"}),
      Alias::Fields("genImg_num", {"training.sample_count"}),
      Alias::Fields("genImg_freq", {"training.sample_every"}),
      Alias::Fields("save_ckpt_freq", {"training.checkpoint_every"}),
      Alias::Fields("verbose_freq", {"training.log_every"}),
      Alias::Fields("crop", {"dataset.image_folder.crop"}),
      Alias::Fields("max_unreadable", {"dataset.image_folder.max_unreadable"}),
      Alias::Switch("check_theorem1", {"check_theorem1=true"}),
      Alias::IgnoredValue("dataset", "the target names the experiment and --data_dir says where its images are"),
      Alias::IgnoredValue("workers", "images are decoded in background threads in any case"),
      Alias::IgnoredValue("epochs", "the number of iterations alone ends a run"),
      Alias::IgnoredValue("epoch", "a run resumes by itself from its run directory"),
      Alias::IgnoredValue("Giter", "a run resumes by itself from its run directory"),
      Alias::IgnoredValue("gpu_ids", "choose a GPU with CUDA_VISIBLE_DEVICES and --device=cuda"),
      Alias::IgnoredValue("IS_freq", "the original program never used it"),
      Alias::IgnoredValue("FID_freq", "the original program never used it"),
      Alias::IgnoredValue("save_ckpt_epoch_freq", "checkpoints are counted in iterations: --save_ckpt_freq"),
      Alias::IgnoredSwitch("pin_mem", "batches are moved to the device without a flag"),
      Alias::IgnoredSwitch("no_cuda", "choose with --device=cpu"),
      Alias::IgnoredSwitch("retrain", "nothing is ever deleted: give another --output_dir"),
  };
}

absl::Status ImageExperiment::ChooseData(bool has_data_dir) {
  *config_.mutable_dataset() = OrPortraits(config_.dataset(), has_data_dir);
  ASSIGN_OR_RETURN(classifier_, OpenScoreClassifier(config_.has_scores() ? config_.mutable_scores() : nullptr));
  return absl::OkStatus();
}

absl::Status ImageExperiment::Validate() const { return ValidateWganQcConfig(config_); }

absl::StatusOr<std::unique_ptr<BatchSource>> ImageExperiment::OpenData(const std::string& data_dir) {
  DatasetConfig dataset = WithDirectory(config_.dataset(), data_dir);
  if (!cache_dir().empty()) dataset.set_cache_dir(cache_dir());
  const TrainingConfig& training = config_.training();
  return MakeBatchSource(dataset, training.batch_size(), training.seed(), kDecodeThreads);
}

absl::StatusOr<std::unique_ptr<Algorithm>> ImageExperiment::MakeAlgorithm(const RandomStreams& random,
                                                                          const BatchSource& data, at::Device device) {
  auto algorithm = std::make_unique<WganQc>(config_, random, device);
  if (!config_.has_scores()) return algorithm;
  WganQc* const qc = algorithm.get();
  std::vector<SampleVariant> variants = {
      {"live_buffers", [qc](const at::Tensor& latents) { return qc->SampleWithLiveBuffers(latents); }},
      {"no_average", [qc](const at::Tensor& latents) { return qc->SampleWithoutAverage(latents); }}};
  return ScoredAlgorithm::Make(std::move(algorithm), config_.scores(), training().iterations(), data,
                               std::move(classifier_), std::move(variants));
}

}  // namespace wgan::wganqc
