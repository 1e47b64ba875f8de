#include "eval/classifier/train_tensor.h"

#include <ATen/Parallel.h>
#include <ATen/core/grad_mode.h>
#include <ATen/ops/cross_entropy_loss.h>
#include <torch/csrc/autograd/autograd.h>

#include <algorithm>
#include <cmath>
#include <memory>

#include "absl/strings/str_cat.h"
#include "common/base/random_stream.h"
#include "common/base/status_macros.h"
#include "common/nn/initialize.h"
#include "common/train/optimizer.h"
#include "datasets/factory.h"
#include "datasets/held_out.h"

namespace wgan {
namespace {

constexpr int kDecodeThreads = 1;

LeNetShape ShapeOf(const ClassifierConfig& config, const BatchSource& data) {
  const std::vector<int64_t> sample = data.sample_shape();
  return {sample[1], sample[0], config.width(), config.features(), config.classes()};
}

std::unique_ptr<Optimizer> MakeAdam(const ClassifierConfig& config, const LeNet& network) {
  OptimizerConfig optimizer;
  AdamConfig& adam = *optimizer.mutable_adam();
  adam.set_learning_rate(config.learning_rate());
  adam.set_beta1(0.9);
  adam.set_beta2(0.999);
  return MakeOptimizer(optimizer, network.parameters());
}

absl::StatusOr<LabelledBatch> TakeBatch(BatchSource& data, int64_t index, int64_t classes) {
  ASSIGN_OR_RETURN(LabelledBatch batch, data.BatchWithLabels(index));
  const int64_t least = batch.labels.min().item<int64_t>(), most = batch.labels.max().item<int64_t>();
  if (least >= 0 && most < classes) return batch;
  return absl::InvalidArgumentError(absl::StrCat(data.info().name, " has the class ", least < 0 ? least : most,
                                                 "; with classes: ", classes, " they are 0 to ", classes - 1));
}

absl::Status Train(const ClassifierConfig& config, BatchSource& data, LeNet& network,
                   const ClassifierProgress& progress) {
  const std::unique_ptr<Optimizer> optimizer = MakeAdam(config, network);
  for (int64_t t = 1; t <= config.iterations(); ++t) {
    optimizer->SetLearningRate(config.learning_rate() *
                               (1 - static_cast<double>(t - 1) / static_cast<double>(config.iterations())));
    ASSIGN_OR_RETURN(const LabelledBatch batch, TakeBatch(data, t - 1, config.classes()));
    optimizer->ZeroGrad();
    const at::Tensor loss = at::cross_entropy_loss(network.Logits(network.Features(batch.samples)), batch.labels);
    loss.backward();
    optimizer->Step();
    const double value = loss.item<double>();
    if (!std::isfinite(value)) {
      return absl::InternalError(absl::StrCat("the loss is ", value, " in iteration ", t, "; lower learning_rate"));
    }
    if (progress) progress(t, value);
  }
  return absl::OkStatus();
}

// Fills in accuracy and number of `batches` batches of `data`.
absl::Status MeasureAccuracy(BatchSource& data, int64_t batches, const LeNet& network, ClassifierRecord& record) {
  const at::NoGradGuard no_grad;
  int64_t right = 0;
  for (int64_t k = 0; k < batches; ++k) {
    ASSIGN_OR_RETURN(const LabelledBatch batch, TakeBatch(data, k, network.shape().classes));
    right += network.Logits(network.Features(batch.samples)).argmax(1).eq(batch.labels).sum().item<int64_t>();
  }
  record.held_out = batches * data.batch_size();
  record.accuracy = static_cast<double>(right) / static_cast<double>(record.held_out);
  return absl::OkStatus();
}

// Whole batches of `data` that config asks for.
int64_t HeldOutBatches(const ClassifierConfig& config, const BatchSource& data) {
  const int64_t whole = data.info().size / data.batch_size();
  if (config.held_out_images() == 0) return whole;
  return std::clamp<int64_t>(config.held_out_images() / data.batch_size(), 1, whole);
}

}  // namespace

absl::StatusOr<ClassifierRecord> TrainClassifier(const ClassifierConfig& config, const std::string& data_dir,
                                                 const std::string& output, const ClassifierProgress& progress) {
  at::set_num_threads(1);
  const bool stands_in = data_dir.empty() && config.has_stand_in();
  const DatasetConfig dataset = WithDirectory(stands_in ? config.stand_in() : config.dataset(), data_dir);
  ASSIGN_OR_RETURN(const DatasetConfig held_out_set, HeldOut(dataset));
  ASSIGN_OR_RETURN(const auto data, MakeBatchSource(dataset, config.batch_size(), config.seed(), kDecodeThreads));
  ASSIGN_OR_RETURN(const auto held_out,
                   MakeBatchSource(held_out_set, config.batch_size(), config.seed(), kDecodeThreads));
  LeNet network(ShapeOf(config, *data));
  Initialize(network, Fan::kIn, RandomStream(config.seed(), "classifier_weights", 0));
  RETURN_IF_ERROR(Train(config, *data, network, progress));
  ClassifierRecord record{network.shape(), data->info().name, data->info().digest, data->info().description, 0, 0};
  RETURN_IF_ERROR(MeasureAccuracy(*held_out, HeldOutBatches(config, *held_out), network, record));
  RETURN_IF_ERROR(SaveClassifier(output, network, record));
  return record;
}

}  // namespace wgan
