#include "common/io/tensor.h"

#include <ATen/core/Tensor.h>
#include <ATen/ops/arange.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/equal.h>
#include <ATen/ops/full.h>
#include <ATen/ops/tensor.h>
#include <ATen/ops/zeros.h>

#include <cstdint>
#include <limits>
#include <string>
#include <vector>

#include "common/base/status_matchers.h"
#include "common/io/file.h"
#include "common/io/image.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace wgan {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Pair;

std::string Path(const std::string& name) { return JoinPath(testing::TempDir(), "tensor_test_" + name); }

void ExpectSame(const at::Tensor& actual, const at::Tensor& expected) {
  EXPECT_EQ(actual.scalar_type(), expected.scalar_type());
  EXPECT_EQ(actual.sizes(), expected.sizes());
  EXPECT_TRUE(at::equal(actual, expected)) << actual << "\nand not\n" << expected;
}

TEST(TensorTest, RoundTripOfEveryTypeAndAnyStrides) {
  const at::Tensor base = at::arange(24, at::kFloat).reshape({2, 3, 4});
  const NamedTensors tensors = {
      {"net.0.weight", base},
      {"transposed", base.permute({2, 0, 1})},
      {"slice", base.slice(2, 1, 4, 2)},
      {"expanded", at::arange(2, at::kLong).unsqueeze(1).expand({2, 3})},
      {"double", base.to(at::kDouble).div(7)},
      {"int", base.to(at::kInt).neg()},
      {"byte", base.to(at::kByte)},
      {"bool", base.gt(11)},
      {"scalar", at::full({}, 5, at::kLong)},
      {"empty", at::empty({0, 3}, at::kFloat)},
      {"grad", at::arange(3, at::kFloat).requires_grad_()},
  };
  WGAN_ASSERT_OK(SaveTensors(Path("all"), tensors, {{"k", "v"}}));
  WGAN_ASSERT_OK_AND_ASSIGN(const LoadedTensors loaded, LoadTensors(Path("all"), /*require_checksum=*/true));
  EXPECT_THAT(loaded.metadata, ElementsAre(Pair("k", "v")));
  ASSERT_EQ(loaded.tensors.size(), tensors.size());
  for (const auto& [name, tensor] : tensors) {
    SCOPED_TRACE(name);
    ASSERT_EQ(loaded.tensors.count(name), 1u);
    ExpectSame(loaded.tensors.at(name), tensor.detach());
    EXPECT_TRUE(loaded.tensors.at(name).is_contiguous());
  }
}

TEST(TensorTest, LoadedTensorsOwnTheirMemory) {
  WGAN_ASSERT_OK(SaveTensors(Path("own"), {{"a", at::full({1000}, 3, at::kInt)}}));
  at::Tensor a = LoadTensors(Path("own")).value().tensors.at("a");
  a.add_(1);
  ExpectSame(a, at::full({1000}, 4, at::kInt));
}

TEST(TensorTest, ErrorsNameFileAndTensor) {
  EXPECT_THAT(SaveTensors(Path("half"), {{"h", at::zeros({2}, at::kHalf)}}),
              StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("the tensor 'h' is of type Half")));
  EXPECT_FALSE(FileExists(Path("half")));
  EXPECT_THAT(LoadTensors(Path("none")), StatusIs(absl::StatusCode::kNotFound, HasSubstr(Path("none"))));
  EXPECT_THAT(LoadTensors("common/io/testdata/python.safetensors", /*require_checksum=*/true),
              StatusIs(absl::StatusCode::kDataLoss, HasSubstr("no checksum")));
}

// The values of testdata/make_python_safetensors.py.
TEST(TensorTest, LoadsPythonsFile) {
  WGAN_ASSERT_OK_AND_ASSIGN(const LoadedTensors loaded, LoadTensors("common/io/testdata/python.safetensors"));
  const float infinity = std::numeric_limits<float>::infinity();
  ExpectSame(loaded.tensors.at("weight"),
             at::tensor({1.5f, -2.0f, 0.1f, 0.0f, infinity, 1e-30f}, at::kFloat).reshape({2, 3}));
  ExpectSame(loaded.tensors.at("step"), at::full({}, (int64_t{1} << 40) + 1, at::kLong));
  ExpectSame(loaded.tensors.at("mask"), at::tensor({1, 0, 1}, at::kInt).to(at::kBool).reshape({3, 1}));
}

TEST(ImageTensorTest, ValuesAndLayoutByHand) {
  // Two pixels: (0, 51, 255) and (255, 204, 102); v / 127.5 - 1.
  const at::Tensor tensor = ImageToTensor({1, 2, 3, {0, 51, 255, 255, 204, 102}});
  EXPECT_EQ(tensor.sizes(), (std::vector<int64_t>{3, 1, 2}));
  EXPECT_EQ(tensor.scalar_type(), at::kFloat);
  EXPECT_TRUE(tensor.is_contiguous());
  const std::vector<float> expected = {-1.0f, 1.0f, -0.6f, 0.6f, 1.0f, -0.2f};
  for (int i = 0; i < 6; ++i) EXPECT_NEAR(tensor.const_data_ptr<float>()[i], expected[i], 1e-6) << i;
}

TEST(ImageTensorTest, EveryByteValueSurvives) {
  for (const int channels : {1, 3}) {
    Image image = Image::Black(16, 16, channels);
    for (size_t i = 0; i < image.pixels.size(); ++i)
      image.pixels[i] = static_cast<uint8_t>(i / channels + 31 * (i % channels));
    EXPECT_THAT(TensorToImages(ImageToTensor(image).unsqueeze(0)), ElementsAre(image));
  }
}

// floor((t + 1) / 2 * 255 + 0.5): 0 -> floor(128.0); 0.5 -> floor(191.75); -0.99 -> floor(1.775).
TEST(ImageTensorTest, RoundsAndClamps) {
  const float infinity = std::numeric_limits<float>::infinity();
  const at::Tensor batch =
      at::tensor({0.0f, 0.5f, -0.99f, 1.5f, -7.0f, infinity, -infinity, 1.0f}, at::kFloat).reshape({2, 1, 2, 2});
  EXPECT_THAT(TensorToImages(batch), ElementsAre(Image{2, 2, 1, {128, 191, 1, 255}}, Image{2, 2, 1, {0, 255, 0, 255}}));
}

TEST(ImageTensorTest, TakesAnyStridesAndGradients) {
  // [1,3,1,2] as a view of channels-last memory.
  at::Tensor batch =
      at::tensor({-1.0f, 0.0f, 1.0f, 1.0f, -1.0f, 0.0f}, at::kFloat).reshape({1, 1, 2, 3}).permute({0, 3, 1, 2});
  EXPECT_THAT(TensorToImages(batch.requires_grad_()), ElementsAre(Image{1, 2, 3, {0, 128, 255, 255, 0, 128}}));
  EXPECT_THROW(TensorToImages(at::zeros({1, 2, 4, 4})), c10::Error);
  EXPECT_THROW(TensorToImages(at::zeros({3, 4, 4})), c10::Error);
}

}  // namespace
}  // namespace wgan
