#include "eval/metrics/input_tensor.h"

#include <torch/torch.h>

#include <cstdlib>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/base/status_matchers.h"
#include "common/io/file.h"
#include "common/io/image_codec.h"
#include "common/nn/inception_v3_weights.h"
#include "eval/metrics/reference_tensor.h"
#include "gtest/gtest.h"

namespace wgan {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

// A new folder.
std::string Folder(const std::string& name) {
  const std::string path = absl::StrCat(std::getenv("TEST_TMPDIR"), "/", name);
  WGAN_CHECK_OK(CreateDirectories(path));
  return path;
}

Image Filled(int height, int width, int channels, uint8_t first) {
  Image image = Image::Black(height, width, channels);
  for (size_t i = 0; i < image.pixels.size(); ++i) image.pixels[i] = static_cast<uint8_t>(first + i);
  return image;
}

void WritePng(const std::string& path, const Image& image) {
  WGAN_CHECK_OK(WriteFileAtomically(path, EncodePng(image).value()));
}

TEST(MetricInputTest, PixelsOfAFolderInOrder) {
  const std::string folder = Folder("pixels");
  WritePng(folder + "/b.png", Filled(1, 2, 3, 10));
  WritePng(folder + "/a.PNG", Filled(1, 2, 1, 100));  // grey: three equal channels
  WGAN_ASSERT_OK_AND_ASSIGN(const MetricInput input, OpenMetricInput(folder, {}, {}));
  // Planes one after another.
  const at::Tensor expected =
      torch::tensor({{100, 101, 100, 101, 100, 101}, {10, 13, 11, 14, 12, 15}}).to(torch::kFloat32) / 255;
  EXPECT_TRUE(torch::equal(input.features, expected)) << input.features;
  EXPECT_EQ(input.count, 2);
  EXPECT_EQ(input.lossy, 0);
  EXPECT_FALSE(input.logits.defined());
}

TEST(MetricInputTest, CountsJpegFiles) {
  const std::string folder = Folder("lossy");
  WritePng(folder + "/a.png", Filled(8, 8, 3, 0));
  WGAN_ASSERT_OK(WriteFileAtomically(folder + "/b.jpg", EncodeJpeg(Filled(8, 8, 3, 0), 90).value()));
  EXPECT_EQ(OpenMetricInput(folder, {}, {})->lossy, 1);
}

TEST(MetricInputTest, EveryImageCounts) {
  const std::string folder = Folder("broken");
  WritePng(folder + "/a.png", Filled(2, 2, 3, 0));
  WGAN_ASSERT_OK(WriteFileAtomically(folder + "/b.png", "no picture"));
  EXPECT_THAT(OpenMetricInput(folder, {}, {}).status(),
              StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("broken/b.png")));
  WritePng(folder + "/b.png", Filled(2, 3, 3, 0));
  EXPECT_THAT(OpenMetricInput(folder, {}, {}).status(),
              StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("different sizes")));
}

TEST(MetricInputTest, InceptionTakesImagesOfAnySize) {
  const std::string folder = Folder("sizes");
  const std::vector<Image> images = {Filled(9, 7, 3, 0), Filled(9, 7, 3, 50), Filled(12, 12, 3, 90)};
  for (size_t i = 0; i < images.size(); ++i) WritePng(absl::StrCat(folder, "/", i, ".png"), images[i]);
  FeatureExtractor extractor;
  extractor.inception = InceptionV3::FromWeights(HashedInceptionWeights(), "test").value();
  std::vector<std::pair<int64_t, int64_t>> progress;
  extractor.progress = [&](int64_t done, int64_t total) { progress.push_back({done, total}); };
  WGAN_ASSERT_OK_AND_ASSIGN(const MetricInput input, OpenMetricInput(folder, {}, extractor));
  EXPECT_THAT(progress, ElementsAre(std::pair<int64_t, int64_t>(2, 3), std::pair<int64_t, int64_t>(3, 3)));
  const at::Tensor last = torch::tensor(images[2].pixels, torch::kUInt8).view({1, 12, 12, 3}).permute({0, 3, 1, 2});
  WGAN_ASSERT_OK_AND_ASSIGN(const InceptionFeatures alone, extractor.inception->Forward(last));
  EXPECT_TRUE(torch::allclose(input.features[2], alone.pooled[0], 1e-5, 1e-5));
  EXPECT_TRUE(torch::allclose(input.logits[2], alone.logits_unbiased[0], 1e-4, 1e-4));
}

TEST(MetricInputTest, StatisticsFiles) {
  const MetricsReference reference;
  WGAN_ASSERT_OK_AND_ASSIGN(const MetricInput moments, OpenMetricInput("eval/metrics/testdata/statistics.npz", {}, {}));
  EXPECT_TRUE(torch::equal(moments.moments.mean, reference.tensor("mu_x")));
  EXPECT_EQ(moments.count, 0);
  WGAN_ASSERT_OK_AND_ASSIGN(const MetricInput features,
                            OpenMetricInput("eval/metrics/testdata/statistics_kid.npz", {}, {}));
  EXPECT_EQ(features.count, 8);
}

TEST(MetricInputTest, DataSets) {
  WGAN_ASSERT_OK_AND_ASSIGN(const MetricInput input, OpenMetricInput("portraits-3", {}, {}));
  EXPECT_THAT(input.features.sizes(), ElementsAre(3, 3 * 64 * 64));
  EXPECT_EQ(input.name, "portraits-3");
  EXPECT_THAT(OpenMetricInput("cifar10-tset", {}, {}).status(),
              StatusIs(absl::StatusCode::kNotFound, HasSubstr("did you mean cifar10-test?")));
  EXPECT_THAT(OpenMetricInput("cifar10-test", {"/no/such/folder"}, {}).status(),
              StatusIs(absl::StatusCode::kNotFound, HasSubstr("/no/such/folder")));
}

}  // namespace
}  // namespace wgan
