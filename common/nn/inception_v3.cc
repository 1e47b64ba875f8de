#include "common/nn/inception_v3.h"

#include <ATen/core/dispatch/Dispatcher.h>
#include <torch/torch.h>

#include <cstdint>
#include <cstring>
#include <optional>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "common/base/status_macros.h"
#include "common/io/pth.h"
#include "common/io/tensor.h"
#include "common/nn/inception_v3_input.h"
#include "common/nn/inception_v3_layout.h"

namespace wgan {
namespace {

constexpr double kEpsilon = 1e-3;  // of the batch normalisation, as in the TensorFlow graph
constexpr int64_t kClasses = 1008, kPooled = 2048;
// Images that go through the network together. Weights are packed for just this number: for another one oneDNN would
// pack them anew in every call, which costs as much as several images.
constexpr int64_t kPiece = 8;

// oneDNN's convolution with the ReLU that follows it inside, by name: it has no C++ header. at::conv2d would take
// other, slower ways for some shapes.
at::Tensor OneDnnConvolution(const at::Tensor& x, const at::Tensor& weight, const at::Tensor& bias,
                             at::IntArrayRef padding, int64_t stride, bool relu) {
  using Signature = at::Tensor(const at::Tensor&, const at::Tensor&, const std::optional<at::Tensor>&, at::IntArrayRef,
                               at::IntArrayRef, at::IntArrayRef, int64_t, std::string_view,
                               torch::List<std::optional<at::Scalar>>, std::optional<std::string_view>);
  static const auto op =
      c10::Dispatcher::singleton().findSchemaOrThrow("mkldnn::_convolution_pointwise", "").typed<Signature>();
  return op.call(x, weight, bias, padding, {stride, stride}, {1, 1}, 1, relu ? "relu" : "none",
                 torch::List<std::optional<at::Scalar>>(), "");
}

// The weight in the layout that oneDNN takes for inputs of `input_shape`.
at::Tensor Packed(const at::Tensor& weight, at::IntArrayRef padding, int64_t stride, at::IntArrayRef input_shape) {
  using Signature = at::Tensor(const at::Tensor&, at::IntArrayRef, at::IntArrayRef, at::IntArrayRef, int64_t,
                               at::OptionalIntArrayRef);
  static const auto op =
      c10::Dispatcher::singleton().findSchemaOrThrow("mkldnn::_reorder_convolution_weight", "").typed<Signature>();
  return op.call(weight, padding, {stride, stride}, {1, 1}, 1, input_shape);
}

std::string ShapeText(at::IntArrayRef shape) { return absl::StrCat("[", absl::StrJoin(shape, ","), "]"); }

// Finds tensors of stated shapes, in float64.
class Weights {
 public:
  Weights(const std::map<std::string, at::Tensor>& tensors, const std::string& source)
      : tensors_(tensors), source_(source), script_(tensors.count("layers.conv.weight") != 0) {}

  bool script() const { return script_; }

  absl::StatusOr<at::Tensor> Get(const std::string& name, at::IntArrayRef shape) const {
    const auto found = tensors_.find(name);
    if (found == tensors_.end()) {
      return absl::InvalidArgumentError(absl::StrCat(
          source_, ": tensor '", name,
          "' is missing; this is not the Inception network of 2015-12-05 (pt_inception-2015-12-05-6726825d.pth or "
          "inception-2015-12-05.pt)"));
    }
    if (found->second.sizes() != shape) {
      return absl::InvalidArgumentError(absl::StrCat(source_, ": tensor '", name, "' has shape ",
                                                     ShapeText(found->second.sizes()), " and should have ",
                                                     ShapeText(shape)));
    }
    return found->second.to(torch::kCPU, torch::kFloat64);
  }

 private:
  const std::map<std::string, at::Tensor>& tensors_;
  const std::string source_;
  const bool script_;
};

struct Folded {
  at::Tensor weight, bias;
};

// (W x - mean) / sqrt(var + epsilon) * scale + shift as one convolution with bias.
absl::StatusOr<Folded> Fold(const Weights& weights, const InceptionConvolution& layout) {
  const std::string base = weights.script() ? layout.script_name : layout.name;
  const auto name = [&](const char* script, const char* other) {
    return absl::StrCat(base, weights.script() ? script : other);
  };
  ASSIGN_OR_RETURN(const at::Tensor weight,
                   weights.Get(name(".weight", ".conv.weight"), {layout.out, layout.in, layout.height, layout.width}));
  ASSIGN_OR_RETURN(const at::Tensor shift, weights.Get(name(".beta", ".bn.bias"), {layout.out}));
  ASSIGN_OR_RETURN(const at::Tensor mean, weights.Get(name(".mean", ".bn.running_mean"), {layout.out}));
  ASSIGN_OR_RETURN(const at::Tensor variance, weights.Get(name(".var", ".bn.running_var"), {layout.out}));
  at::Tensor factor = (variance + kEpsilon).rsqrt();
  if (!weights.script()) {
    ASSIGN_OR_RETURN(const at::Tensor scale, weights.Get(base + ".bn.weight", {layout.out}));
    factor = factor * scale;
  }
  return Folded{(weight * factor.view({-1, 1, 1, 1})).to(torch::kFloat32), (shift - mean * factor).to(torch::kFloat32)};
}

at::Tensor MeanOverPixels(const at::Tensor& x) { return x.mean({2, 3}); }

at::Tensor MaxPool(const at::Tensor& x) { return torch::max_pool2d(x, 3, 2); }

// [B,3,H,W] bytes to [B,3,299,299] floats, channels last in memory.
at::Tensor Input(const at::Tensor& images) {
  const at::Tensor bytes = images.to(torch::kCPU).contiguous();
  at::Tensor result = torch::empty({bytes.size(0), kInceptionSize, kInceptionSize, 3});
  const int64_t height = bytes.size(2), width = bytes.size(3);
  at::parallel_for(0, bytes.size(0), 1, [&](int64_t begin, int64_t end) {
    for (int64_t i = begin; i < end; ++i) {
      InceptionInput(bytes.const_data_ptr<uint8_t>() + i * 3 * height * width, height, width,
                     result.mutable_data_ptr<float>() + i * 3 * kInceptionSize * kInceptionSize);
    }
  });
  return result.permute({0, 3, 1, 2});
}

}  // namespace

absl::StatusOr<InceptionV3> InceptionV3::FromWeights(const std::map<std::string, at::Tensor>& tensors,
                                                     const std::string& source) {
  torch::InferenceMode inference;
  const Weights weights(tensors, source);
  InceptionV3 network;
  for (const InceptionConvolution& layout : InceptionConvolutions()) {
    ASSIGN_OR_RETURN(const Folded folded, Fold(weights, layout));
    Convolution convolution{folded.weight, folded.bias, layout.same_size ? (layout.height - 1) / 2 : 0,
                            layout.same_size ? (layout.width - 1) / 2 : 0, layout.stride};
    convolution.weight = Packed(folded.weight, {convolution.padding_rows, convolution.padding_columns}, layout.stride,
                                {kPiece, layout.in, layout.size, layout.size});
    network.convolutions_.emplace(layout.name, std::move(convolution));
  }
  const std::string classifier = weights.script() ? "output" : "fc";
  ASSIGN_OR_RETURN(const at::Tensor weight, weights.Get(classifier + ".weight", {kClasses, kPooled}));
  ASSIGN_OR_RETURN(const at::Tensor bias, weights.Get(classifier + ".bias", {kClasses}));
  network.classifier_weight_ = weight.to(torch::kFloat32);
  network.classifier_bias_ = bias.to(torch::kFloat32);
  return network;
}

absl::StatusOr<InceptionV3> InceptionV3::Load(const std::string& path) {
  if (absl::EndsWith(path, ".safetensors")) {
    ASSIGN_OR_RETURN(const LoadedTensors file, LoadTensors(path));
    return FromWeights(file.tensors, path);
  }
  ASSIGN_OR_RETURN(const NpzArrays arrays, ReadPth(path));
  std::map<std::string, at::Tensor> tensors;
  for (const auto& [name, array] : arrays) {
    if (array.type != ElementType::kF32 && array.type != ElementType::kF64) continue;
    at::Tensor tensor = torch::empty(array.shape, array.type == ElementType::kF32 ? torch::kFloat32 : torch::kFloat64);
    std::memcpy(tensor.mutable_data_ptr(), array.data.data(), array.data.size());
    tensors[name] = tensor;
  }
  return FromWeights(tensors, path);
}

at::Tensor InceptionV3::Apply(const std::string& name, const at::Tensor& x, bool relu) const {
  const Convolution& c = convolutions_.at(name);
  return OneDnnConvolution(x, c.weight, c.bias, {c.padding_rows, c.padding_columns}, c.stride, relu);
}

// ReLU(conv(average(x))) = ReLU(average(conv(x))) for a 1x1 convolution with bias and an average that counts no
// padding.
at::Tensor InceptionV3::PoolBranch(const std::string& block, const at::Tensor& x) const {
  return torch::avg_pool2d(Apply(block + ".branch_pool", x, false), 3, 1, 1, false, /*count_include_pad=*/false)
      .relu_();
}

at::Tensor InceptionV3::BlockA(const std::string& block, const at::Tensor& x) const {
  const at::Tensor one = Apply(block + ".branch1x1", x);
  const at::Tensor five = Apply(block + ".branch5x5_2", Apply(block + ".branch5x5_1", x));
  const at::Tensor three =
      Apply(block + ".branch3x3dbl_3", Apply(block + ".branch3x3dbl_2", Apply(block + ".branch3x3dbl_1", x)));
  return torch::cat({one, five, three, PoolBranch(block, x)}, 1);
}

at::Tensor InceptionV3::BlockB(const std::string& block, const at::Tensor& x) const {
  const at::Tensor twice =
      Apply(block + ".branch3x3dbl_3", Apply(block + ".branch3x3dbl_2", Apply(block + ".branch3x3dbl_1", x)));
  return torch::cat({Apply(block + ".branch3x3", x), twice, MaxPool(x)}, 1);
}

at::Tensor InceptionV3::BlockC(const std::string& block, const at::Tensor& x) const {
  at::Tensor seven = x, twice = x;
  for (const char* step : {".branch7x7_1", ".branch7x7_2", ".branch7x7_3"}) seven = Apply(block + step, seven);
  for (const char* step :
       {".branch7x7dbl_1", ".branch7x7dbl_2", ".branch7x7dbl_3", ".branch7x7dbl_4", ".branch7x7dbl_5"}) {
    twice = Apply(block + step, twice);
  }
  return torch::cat({Apply(block + ".branch1x1", x), seven, twice, PoolBranch(block, x)}, 1);
}

at::Tensor InceptionV3::BlockD(const std::string& block, const at::Tensor& x) const {
  const at::Tensor three = Apply(block + ".branch3x3_2", Apply(block + ".branch3x3_1", x));
  at::Tensor seven = x;
  for (const char* step : {".branch7x7x3_1", ".branch7x7x3_2", ".branch7x7x3_3", ".branch7x7x3_4"}) {
    seven = Apply(block + step, seven);
  }
  return torch::cat({three, seven, MaxPool(x)}, 1);
}

at::Tensor InceptionV3::BlockE(const std::string& block, const at::Tensor& x, bool average) const {
  const at::Tensor three = Apply(block + ".branch3x3_1", x);
  const at::Tensor twice = Apply(block + ".branch3x3dbl_2", Apply(block + ".branch3x3dbl_1", x));
  // The last block of the published graph pools by maximum, where the paper has the average.
  const at::Tensor pool = average ? PoolBranch(block, x) : Apply(block + ".branch_pool", torch::max_pool2d(x, 3, 1, 1));
  return torch::cat(
      {Apply(block + ".branch1x1", x), Apply(block + ".branch3x3_2a", three), Apply(block + ".branch3x3_2b", three),
       Apply(block + ".branch3x3dbl_3a", twice), Apply(block + ".branch3x3dbl_3b", twice), pool},
      1);
}

absl::StatusOr<InceptionFeatures> InceptionV3::Forward(const at::Tensor& images, InceptionLayer last) const {
  if (images.scalar_type() != torch::kUInt8 || images.dim() != 4 || images.size(1) != 3 || images.numel() == 0) {
    return absl::InvalidArgumentError(absl::StrCat("Inception takes images as bytes in 0..255, uint8 [B,3,H,W], not ",
                                                   torch::toString(images.scalar_type()), " ",
                                                   ShapeText(images.sizes())));
  }
  torch::InferenceMode inference;
  std::vector<InceptionFeatures> pieces;
  for (const at::Tensor& piece : images.split(kPiece)) pieces.push_back(ForwardPiece(piece, last));
  const auto joined = [&pieces](at::Tensor InceptionFeatures::*layer) {
    if (!(pieces[0].*layer).defined()) return at::Tensor();
    std::vector<at::Tensor> parts;
    for (const InceptionFeatures& piece : pieces) parts.push_back(piece.*layer);
    return torch::cat(parts);
  };
  return InceptionFeatures{joined(&InceptionFeatures::after_first_pool), joined(&InceptionFeatures::after_second_pool),
                           joined(&InceptionFeatures::before_auxiliary), joined(&InceptionFeatures::pooled),
                           joined(&InceptionFeatures::logits_unbiased),  joined(&InceptionFeatures::logits)};
}

InceptionFeatures InceptionV3::ForwardPiece(const at::Tensor& images, InceptionLayer last) const {
  InceptionFeatures features;
  at::Tensor x = Apply("Conv2d_1a_3x3", Input(images));            // [B,32,149,149]
  x = MaxPool(Apply("Conv2d_2b_3x3", Apply("Conv2d_2a_3x3", x)));  // [B,64,73,73]
  features.after_first_pool = MeanOverPixels(x);
  if (last == InceptionLayer::k64) return features;
  x = MaxPool(Apply("Conv2d_4a_3x3", Apply("Conv2d_3b_1x1", x)));  // [B,192,35,35]
  features.after_second_pool = MeanOverPixels(x);
  if (last == InceptionLayer::k192) return features;
  for (const char* block : {"Mixed_5b", "Mixed_5c", "Mixed_5d"}) x = BlockA(block, x);  // [B,288,35,35]
  x = BlockB("Mixed_6a", x);                                                            // [B,768,17,17]
  for (const char* block : {"Mixed_6b", "Mixed_6c", "Mixed_6d", "Mixed_6e"}) x = BlockC(block, x);
  features.before_auxiliary = MeanOverPixels(x);
  if (last == InceptionLayer::k768) return features;
  x = BlockD("Mixed_7a", x);                    // [B,1280,8,8]
  x = BlockE("Mixed_7b", x, /*average=*/true);  // [B,2048,8,8]
  x = BlockE("Mixed_7c", x, /*average=*/false);
  features.pooled = MeanOverPixels(x);
  if (last == InceptionLayer::k2048) return features;
  features.logits_unbiased = features.pooled.mm(classifier_weight_.t());
  features.logits = features.logits_unbiased + classifier_bias_;
  return features;
}

}  // namespace wgan
