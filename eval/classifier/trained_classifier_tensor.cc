#include "eval/classifier/trained_classifier_tensor.h"

#include <ATen/core/grad_mode.h>
#include <ATen/ops/softmax.h>

#include <map>
#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "common/base/status_macros.h"
#include "common/io/sha256.h"
#include "common/io/tensor.h"
#include "common/nn/module_state.h"

namespace wgan {
namespace {

constexpr char kKind[] = "classifier", kLeNet[] = "lenet";
constexpr int64_t kMostPixels = 1024, kMostChannels = 3, kMostWidth = 4096;  // beyond them a file is damaged

using Metadata = std::map<std::string, std::string>;

absl::StatusOr<int64_t> WholeNumber(const Metadata& metadata, const std::string& name, int64_t most) {
  const auto found = metadata.find(name);
  int64_t value = 0;
  if (found == metadata.end() || !absl::SimpleAtoi(found->second, &value) || value < 1 || value > most) {
    return absl::InvalidArgumentError(absl::StrCat("its ", name, " is no number from 1 to ", most));
  }
  return value;
}

std::string TextOf(const Metadata& metadata, const std::string& name) {
  const auto found = metadata.find(name);
  return found == metadata.end() ? "" : found->second;
}

absl::StatusOr<ClassifierRecord> ReadRecord(const Metadata& metadata) {
  if (TextOf(metadata, kKind) != kLeNet) {
    return absl::InvalidArgumentError("no classifier that the rule `classifier` trained");
  }
  ClassifierRecord record;
  ASSIGN_OR_RETURN(record.shape.image_size, WholeNumber(metadata, "image_size", kMostPixels));
  ASSIGN_OR_RETURN(record.shape.channels, WholeNumber(metadata, "channels", kMostChannels));
  ASSIGN_OR_RETURN(record.shape.width, WholeNumber(metadata, "width", kMostWidth));
  ASSIGN_OR_RETURN(record.shape.features, WholeNumber(metadata, "features", kMostWidth));
  ASSIGN_OR_RETURN(record.shape.classes, WholeNumber(metadata, "classes", kMostWidth));
  record.dataset = TextOf(metadata, "dataset");
  record.dataset_digest = TextOf(metadata, "dataset_digest");
  record.description = TextOf(metadata, "dataset_description");
  if (!absl::SimpleAtod(TextOf(metadata, "accuracy"), &record.accuracy) ||
      !absl::SimpleAtoi(TextOf(metadata, "held_out_images"), &record.held_out)) {
    return absl::InvalidArgumentError("its accuracy is not stated");
  }
  return record;
}

// Of all weights, in the order of their names.
std::string DigestOf(const std::map<std::string, at::Tensor>& tensors) {
  std::string bytes;
  for (const auto& [name, tensor] : tensors) {
    bytes.append(static_cast<const char*>(tensor.const_data_ptr()), tensor.nbytes());
  }
  return absl::StrCat("sha256:", Sha256Hex(bytes).substr(0, 16));
}

}  // namespace

absl::Status SaveClassifier(const std::string& path, const LeNet& network, const ClassifierRecord& record) {
  const LeNetShape& shape = network.shape();
  const Metadata metadata = {{kKind, kLeNet},
                             {"image_size", absl::StrCat(shape.image_size)},
                             {"channels", absl::StrCat(shape.channels)},
                             {"width", absl::StrCat(shape.width)},
                             {"features", absl::StrCat(shape.features)},
                             {"classes", absl::StrCat(shape.classes)},
                             {"dataset", record.dataset},
                             {"dataset_digest", record.dataset_digest},
                             {"dataset_description", record.description},
                             {"accuracy", absl::StrCat(record.accuracy)},
                             {"held_out_images", absl::StrCat(record.held_out)}};
  return SaveTensors(path, NamedParametersAndBuffers(network), metadata);
}

absl::StatusOr<std::unique_ptr<TrainedClassifier>> TrainedClassifier::Load(const std::string& path) {
  ASSIGN_OR_RETURN(const LoadedTensors file, LoadTensors(path));
  absl::StatusOr<ClassifierRecord> record = ReadRecord(file.metadata);
  if (!record.ok()) return Annotate(record.status(), path);
  // The largest network that the numbers above allow would not fit into memory; this file's weights do.
  const auto last = file.tensors.find("linear_0.weight");
  const int64_t inputs = 2 * record->shape.width * (record->shape.image_size / 4) * (record->shape.image_size / 4);
  if (last == file.tensors.end() || last->second.dim() != 2 || last->second.size(1) != inputs) {
    return absl::InvalidArgumentError(absl::StrCat(path, ": its weights are not of the shape that it states"));
  }
  auto network = std::make_shared<LeNet>(record->shape);
  RETURN_IF_ERROR(LoadNamedTensors(*network, file.tensors, /*strict=*/true, path));
  std::string description =
      absl::StrCat("lenet of ", record->dataset, ", accuracy ", record->accuracy, ", ", DigestOf(file.tensors));
  return std::unique_ptr<TrainedClassifier>(
      new TrainedClassifier(std::move(network), *std::move(record), std::move(description)));
}

TrainedClassifier::TrainedClassifier(std::shared_ptr<LeNet> network, ClassifierRecord record, std::string description)
    : network_(std::move(network)), record_(std::move(record)), description_(std::move(description)) {}

absl::Status TrainedClassifier::Takes(int64_t channels, int64_t height, int64_t width) const {
  const LeNetShape& shape = record_.shape;
  if (channels == shape.channels && height == shape.image_size && width == shape.image_size) return absl::OkStatus();
  const auto text = [](int64_t c, int64_t h, int64_t w) {
    return absl::StrCat(h, "x", w, " with ", c, c == 1 ? " channel" : " channels");
  };
  return absl::InvalidArgumentError(absl::StrCat("the images are ", text(channels, height, width),
                                                 "; the classifier was trained on images of ",
                                                 text(shape.channels, shape.image_size, shape.image_size)));
}

at::Tensor TrainedClassifier::Features(const at::Tensor& images) const {
  TORCH_CHECK(images.scalar_type() == at::kByte && images.dim() == 4, "the classifier takes bytes [n,C,H,W]");
  return FeaturesOfValues(images.cpu().to(at::kFloat).div_(255).sub_(0.5).div_(0.5));
}

at::Tensor TrainedClassifier::FeaturesOfValues(const at::Tensor& images) const {
  const at::NoGradGuard no_grad;
  return network_->Features(images);
}

at::Tensor TrainedClassifier::Logits(const at::Tensor& features) const {
  const at::NoGradGuard no_grad;
  return network_->Logits(features);
}

at::Tensor TrainedClassifier::Probabilities(const at::Tensor& images) {
  return at::softmax(Logits(Features(images)).to(at::kDouble), 1);
}

}  // namespace wgan
