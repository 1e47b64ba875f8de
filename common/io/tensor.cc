#include "common/io/tensor.h"

#include <ATen/core/Tensor.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/from_blob.h>

#include <cstdint>
#include <cstring>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "common/base/check.h"
#include "common/base/status_macros.h"
#include "common/io/image.h"
#include "common/io/safetensors.h"

namespace wgan {
namespace {

at::ScalarType ScalarTypeOf(ElementType type) {
  switch (type) {
    case ElementType::kF32:
      return at::kFloat;
    case ElementType::kF64:
      return at::kDouble;
    case ElementType::kI64:
      return at::kLong;
    case ElementType::kI32:
      return at::kInt;
    case ElementType::kU8:
      return at::kByte;
    case ElementType::kBool:
      return at::kBool;
  }
  WGAN_CHECK(false) << "no such element type";
  return at::kFloat;
}

std::optional<ElementType> ElementTypeOf(at::ScalarType type) {
  for (const ElementType element : {ElementType::kF32, ElementType::kF64, ElementType::kI64, ElementType::kI32,
                                    ElementType::kU8, ElementType::kBool}) {
    if (ScalarTypeOf(element) == type) return element;
  }
  return std::nullopt;
}

at::Tensor ToTensor(const ArrayView& array) {
  at::Tensor tensor = at::empty(array.shape, ScalarTypeOf(array.type));
  if (!array.data.empty()) memcpy(tensor.mutable_data_ptr(), array.data.data(), array.data.size());
  return tensor;
}

}  // namespace

absl::Status SaveTensors(const std::string& path, const NamedTensors& tensors,
                         const std::map<std::string, std::string>& metadata) {
  std::vector<at::Tensor> copies;  // own the memory that `arrays` views
  std::vector<ArrayView> arrays;
  for (const auto& [name, tensor] : tensors) {
    const std::optional<ElementType> type = ElementTypeOf(tensor.scalar_type());
    if (!type) {
      return absl::InvalidArgumentError(absl::StrCat("Cannot write '", path, "': the tensor '", name, "' is of type ",
                                                     at::toString(tensor.scalar_type()),
                                                     ", which is none of float, double, int64, int32, uint8 and bool"));
    }
    const at::Tensor& copy = copies.emplace_back(tensor.detach().cpu().contiguous());
    arrays.push_back({name, *type, copy.sizes().vec(),
                      absl::string_view(static_cast<const char*>(copy.const_data_ptr()), copy.nbytes())});
  }
  return WriteSafetensors(path, std::move(arrays), metadata);
}

absl::StatusOr<LoadedTensors> LoadTensors(const std::string& path, bool require_checksum) {
  ASSIGN_OR_RETURN(SafetensorsFile file, ReadSafetensors(path, require_checksum));
  LoadedTensors loaded;
  loaded.metadata = std::move(file.metadata);
  for (const ArrayView& array : file.arrays) loaded.tensors[array.name] = ToTensor(array);
  return loaded;
}

at::Tensor ImageToTensor(const Image& image) {
  const at::Tensor bytes = at::from_blob(const_cast<uint8_t*>(image.pixels.data()),  // only read
                                         {image.height, image.width, image.channels}, at::kByte);
  // In torchvision's order of operations, ToTensor and then Normalize(0.5, 0.5), for equal bits.
  return bytes.permute({2, 0, 1}).to(at::kFloat).div(255).sub(0.5).div(0.5).contiguous();
}

at::Tensor ToBytes(const at::Tensor& values) {
  const at::Tensor scaled = values.detach().cpu().to(at::kFloat).clamp(-1, 1).add(1).div(2).mul(255).add(0.5);
  return scaled.floor().nan_to_num(0).to(at::kByte);
}

std::vector<Image> TensorToImages(const at::Tensor& batch) {
  TORCH_CHECK(batch.dim() == 4 && (batch.size(1) == 1 || batch.size(1) == 3),
              "TensorToImages takes [N,C,H,W] with C 1 or 3, not ", batch.sizes());
  const at::Tensor bytes = ToBytes(batch).permute({0, 2, 3, 1}).contiguous();
  std::vector<Image> images;
  const int height = static_cast<int>(batch.size(2)), width = static_cast<int>(batch.size(3));
  for (int64_t i = 0; i < batch.size(0); ++i) {
    Image& image = images.emplace_back(Image::Black(height, width, static_cast<int>(batch.size(1))));
    memcpy(image.pixels.data(), bytes.const_data_ptr<uint8_t>() + i * image.pixels.size(), image.pixels.size());
  }
  return images;
}

}  // namespace wgan
