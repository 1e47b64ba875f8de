#include "eval/metrics/input_tensor.h"

#include <torch/torch.h>

#include <algorithm>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "common/base/nearest_name.h"
#include "common/base/status_macros.h"
#include "common/io/file.h"
#include "common/io/image_codec.h"
#include "datasets/cifar10.h"
#include "datasets/crop.h"
#include "datasets/idx.h"
#include "datasets/image_folder.h"
#include "datasets/portraits.h"
#include "eval/metrics/statistics_file_tensor.h"
#include "eval/metrics/trained_generator_tensor.h"

namespace wgan {
namespace {

constexpr int kPortraitSize = 64;

// The files of a folder as they are.
class FolderReader : public ImageReader {
 public:
  FolderReader(std::string directory, std::vector<ImageFile> files)
      : directory_(std::move(directory)), files_(std::move(files)) {}

  int64_t size() const override { return static_cast<int64_t>(files_.size()); }
  absl::StatusOr<Image> Read(int64_t index) const override {
    ASSIGN_OR_RETURN(const std::string bytes, ReadFile(JoinPath(directory_, files_[index].relative_path)));
    ASSIGN_OR_RETURN(Image image, DecodeImage(bytes));
    return WidenToRgb(std::move(image));
  }
  std::string Name(int64_t index) const override { return JoinPath(directory_, files_[index].relative_path); }

 private:
  const std::string directory_;
  const std::vector<ImageFile> files_;
};

class PortraitReader : public ImageReader {
 public:
  PortraitReader(int64_t count, int size) : count_(count), size_(size) {}
  int64_t size() const override { return count_; }
  absl::StatusOr<Image> Read(int64_t index) const override {
    return DrawPortrait(0, static_cast<uint64_t>(index), size_);
  }
  std::string Name(int64_t index) const override { return absl::StrCat("portrait ", index); }

 private:
  const int64_t count_;
  const int size_;
};

// [3,H,W] bytes.
at::Tensor Planar(const Image& image) {
  const at::Tensor interleaved = torch::from_blob(const_cast<uint8_t*>(image.pixels.data()),
                                                  {image.height, image.width, image.channels}, torch::kUInt8);
  return interleaved.permute({2, 0, 1}).contiguous();
}

// Collects features, a batch of images of equal size at a time.
class Extraction {
 public:
  Extraction(const FeatureExtractor& extractor, int64_t total) : extractor_(extractor), total_(total) {}

  absl::Status Add(const Image& image) {
    at::Tensor planar = Planar(image);
    if (!batch_.empty() && batch_[0].sizes() != planar.sizes()) RETURN_IF_ERROR(Flush());
    batch_.push_back(std::move(planar));
    return static_cast<int64_t>(batch_.size()) == extractor_.batch_size ? Flush() : absl::OkStatus();
  }

  absl::Status Finish(MetricInput& input) {
    RETURN_IF_ERROR(Flush());
    input.count = done_;
    input.features = torch::cat(features_);
    if (!logits_.empty()) input.logits = torch::cat(logits_);
    return absl::OkStatus();
  }

 private:
  absl::Status Flush() {
    if (batch_.empty()) return absl::OkStatus();
    const at::Tensor images = torch::stack(batch_);
    if (extractor_.inception) {
      ASSIGN_OR_RETURN(InceptionFeatures features, extractor_.inception->Forward(images));
      features_.push_back(features.pooled);
      logits_.push_back(features.logits_unbiased);
    } else if (extractor_.lenet) {
      RETURN_IF_ERROR(AddLeNet(images));
    } else {
      features_.push_back(images.flatten(1).to(torch::kFloat32) / 255);
      if (features_.back().size(1) != features_.front().size(1)) {
        return absl::InvalidArgumentError("the images have different sizes, so that their pixels cannot be compared");
      }
    }
    done_ += images.size(0);
    batch_.clear();
    if (extractor_.progress) extractor_.progress(done_, total_);
    return absl::OkStatus();
  }

  absl::Status AddLeNet(at::Tensor images) {
    // Readers widen grey to three equal channels.
    if (extractor_.lenet->record().shape.channels == 1) {
      if (!at::equal(images.select(1, 0), images.select(1, 1)) ||
          !at::equal(images.select(1, 0), images.select(1, 2))) {
        return absl::InvalidArgumentError("the images are in colour; the classifier was trained on grey ones");
      }
      images = images.narrow(1, 0, 1);
    }
    RETURN_IF_ERROR(extractor_.lenet->Takes(images.size(1), images.size(2), images.size(3)));
    features_.push_back(extractor_.lenet->Features(images));
    logits_.push_back(extractor_.lenet->Logits(features_.back()));
    return absl::OkStatus();
  }

  const FeatureExtractor& extractor_;
  const int64_t total_;
  int64_t done_ = 0;
  std::vector<at::Tensor> batch_, features_, logits_;
};

absl::StatusOr<MetricInput> OpenStatistics(const std::string& path) {
  ASSIGN_OR_RETURN(StatisticsFile file, ReadStatisticsFile(path));
  MetricInput input;
  input.features = file.features;
  input.moments = file.moments;
  input.count = file.features.defined() ? file.features.size(0) : 0;
  return input;
}

absl::StatusOr<MetricInput> OpenFolder(const std::string& directory, const FeatureExtractor& extractor) {
  ASSIGN_OR_RETURN(std::vector<ImageFile> files, ListImageFiles(directory));
  MetricInput input;
  input.lossy = std::count_if(files.begin(), files.end(), [](const ImageFile& file) {
    return !absl::EndsWithIgnoreCase(file.relative_path, ".png");
  });
  RETURN_IF_ERROR(ComputeFeatures(FolderReader(directory, std::move(files)), extractor, input));
  return input;
}

absl::StatusOr<MetricInput> OpenRun(const std::string& run, const ImageSources& sources,
                                    const FeatureExtractor& extractor) {
  ASSIGN_OR_RETURN(TrainedGenerator generator, TrainedGenerator::Load(run));
  MetricInput input;
  const GeneratedImages images(std::move(generator), sources.generated_count, sources.seed);
  RETURN_IF_ERROR(ComputeFeatures(images, extractor, input));
  return input;
}

absl::StatusOr<MetricInput> OpenDataset(const std::string& spec, const ImageSources& sources,
                                        const FeatureExtractor& extractor) {
  const std::string& root = sources.datasets_root;
  MetricInput input;
  const auto compute = [&](absl::StatusOr<OpenedImages> opened) -> absl::StatusOr<MetricInput> {
    if (!opened.ok()) return opened.status();
    RETURN_IF_ERROR(ComputeFeatures(*opened->reader, extractor, input));
    return input;
  };
  absl::string_view name = spec;
  int64_t count = 0;
  if (absl::ConsumePrefix(&name, "portraits-") && absl::SimpleAtoi(name, &count) && count > 0) {
    const int size = extractor.lenet ? static_cast<int>(extractor.lenet->record().shape.image_size) : kPortraitSize;
    RETURN_IF_ERROR(ComputeFeatures(PortraitReader(count, size), extractor, input));
    return input;
  }
  input.split = absl::EndsWith(spec, "-test") ? "test" : "train";
  if (spec == "cifar10-train" || spec == "cifar10-test") {
    Cifar10Config config;
    config.set_directory(root);
    config.set_split(input.split == "test" ? Cifar10Config::TEST : Cifar10Config::TRAIN);
    return compute(OpenCifar10(config, kCifar10ImageSize));
  }
  for (const char* set : {"mnist", "fashion_mnist"}) {
    const IdxConfig::Split split = input.split == "test" ? IdxConfig::TEST : IdxConfig::TRAIN;
    if (spec == absl::StrCat(set, "-", input.split)) return compute(OpenIdxImages(set, root, 28, 3, split));
  }
  return absl::NotFoundError(
      absl::StrCat("'", spec, "' is no folder, no .npz file and no data set; did you mean ",
                   NearestName(spec, {"portraits-1000", "cifar10-train", "cifar10-test", "mnist-train", "mnist-test",
                                      "fashion_mnist-train", "fashion_mnist-test"}),
                   "?"));
}

}  // namespace

absl::Status ComputeFeatures(const ImageReader& reader, const FeatureExtractor& extractor, MetricInput& input) {
  Extraction extraction(extractor, reader.size());
  for (int64_t i = 0; i < reader.size(); ++i) {
    const absl::StatusOr<Image> image = reader.Read(i);
    if (!image.ok()) return Annotate(image.status(), reader.Name(i));
    RETURN_IF_ERROR(Annotate(extraction.Add(*image), reader.Name(i)));
  }
  return extraction.Finish(input);
}

absl::StatusOr<MetricInput> OpenMetricInput(const std::string& spec, const ImageSources& sources,
                                            const FeatureExtractor& extractor) {
  absl::StatusOr<MetricInput> input = IsRunDirectory(spec)           ? OpenRun(spec, sources, extractor)
                                      : DirectoryExists(spec)        ? OpenFolder(spec, extractor)
                                      : absl::EndsWith(spec, ".npz") ? OpenStatistics(spec)
                                                                     : OpenDataset(spec, sources, extractor);
  if (input.ok()) input->name = spec;
  return input;
}

}  // namespace wgan
