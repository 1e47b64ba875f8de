#include "eval/metrics/trained_generator_tensor.h"

#include <ATen/core/grad_mode.h>

#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "common/base/random_stream.h"
#include "common/base/status_macros.h"
#include "common/io/file.h"
#include "common/io/tensor.h"
#include "common/nn/module_state.h"
#include "common/nn/network_factory.h"
#include "common/nn/validate.h"
#include "common/train/checkpoint.h"
#include "common/train/random_tensor.h"
#include "datasets/crop.h"
#include "eval/metrics/run_network.pb.h"
#include "google/protobuf/io/tokenizer.h"
#include "google/protobuf/text_format.h"

namespace wgan {
namespace {

constexpr int64_t kBatch = 100;
constexpr char kConfig[] = "config.textproto";

// Unknown fields are the rest of the config, not worth a word; errors are said by the caller.
class Silence : public google::protobuf::io::ErrorCollector {
 public:
  void AddError(int /*line*/, int /*column*/, const std::string& /*message*/) override {}
};

absl::StatusOr<NetworkConfig> NetworkOfRun(const std::string& run) {
  const std::string path = JoinPath(run, kConfig);
  ASSIGN_OR_RETURN(const std::string text, ReadFile(path));
  Silence silence;
  google::protobuf::TextFormat::Parser parser;
  parser.AllowUnknownField(true);
  parser.RecordErrorsTo(&silence);
  RunNetwork config;
  if (!parser.ParseFromString(text, &config) || !config.has_network()) {
    return absl::InvalidArgumentError(absl::StrCat(path, " is no config of a run with a network"));
  }
  RETURN_IF_ERROR(Annotate(ValidateNetworkConfig(config.network()), path));
  if (config.network().has_mlp()) {
    return absl::InvalidArgumentError(absl::StrCat(run, " was trained on points; scores here are of images"));
  }
  return config.network();
}

}  // namespace

bool IsRunDirectory(const std::string& path) { return FileExists(JoinPath(path, kConfig)); }

absl::StatusOr<TrainedGenerator> TrainedGenerator::Load(const std::string& run) {
  ASSIGN_OR_RETURN(const NetworkConfig config, NetworkOfRun(run));
  ASSIGN_OR_RETURN(const SavedWeights newest, FindNewestWeights(JoinPath(run, "checkpoints"), "netG"));
  ASSIGN_OR_RETURN(const LoadedTensors weights, LoadTensors(newest.path, /*require_checksum=*/true));
  std::shared_ptr<Network> network = MakeUninitializedGenerator(config);
  RETURN_IF_ERROR(LoadNamedTensors(*network, weights.tensors, /*strict=*/true, newest.path));
  network->eval();
  return TrainedGenerator(std::move(network), LatentDimension(config), newest.iteration);
}

at::Tensor TrainedGenerator::Generate(const at::Tensor& latents) const {
  const at::NoGradGuard no_grad;
  return network_->Forward(latents);
}

absl::StatusOr<Image> GeneratedImages::Read(int64_t index) const {
  const std::lock_guard<std::mutex> lock(mutex_);
  if (index / kBatch != batch_) {
    batch_ = index / kBatch;
    const RandomStream stream = RandomStreams(seed_).Stream("generated_images", batch_);
    images_ = TensorToImages(generator_.Generate(StandardNormal({kBatch, generator_.latent_dimension()}, stream)));
  }
  return WidenToRgb(images_[index % kBatch]);
}

std::string GeneratedImages::Name(int64_t index) const { return absl::StrCat("generated image ", index); }

}  // namespace wgan
