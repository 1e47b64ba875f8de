#include "common/nn/inception_v3_layout.h"

#include <utility>

namespace wgan {
namespace {

// Adds the convolutions of one block after another.
class Layout {
 public:
  std::vector<InceptionConvolution> Take() { return std::move(convolutions_); }

  void Block(std::string name, std::string script_name, int64_t size) {
    name_ = std::move(name);
    script_name_ = std::move(script_name);
    size_ = size;
  }
  void Add(const char* name, const char* script_name, int64_t in, int64_t out, int64_t height, int64_t width) {
    convolutions_.push_back({name_ + name, script_name_ + script_name, in, out, height, width, size_, 1, true});
  }
  // Stride 2 and no padding: halves the size.
  void AddHalving(const char* name, const char* script_name, int64_t in, int64_t out) {
    convolutions_.push_back({name_ + name, script_name_ + script_name, in, out, 3, 3, size_, 2, false});
  }

  void Stem() {
    Block("", "layers.", 299);
    AddHalving("Conv2d_1a_3x3", "conv", 3, 32);
    size_ = 149;
    Add("Conv2d_2a_3x3", "conv_1", 32, 32, 3, 3);
    convolutions_.back().same_size = false;
    size_ = 147;
    Add("Conv2d_2b_3x3", "conv_2", 32, 64, 3, 3);
    size_ = 73;
    Add("Conv2d_3b_1x1", "conv_3", 64, 80, 1, 1);
    Add("Conv2d_4a_3x3", "conv_4", 80, 192, 3, 3);
    convolutions_.back().same_size = false;
  }

  // 35 x 35.
  void BlockA(int64_t in, int64_t pool_features) {
    Add("branch1x1", "conv", in, 64, 1, 1);
    Add("branch5x5_1", "tower.conv", in, 48, 1, 1);
    Add("branch5x5_2", "tower.conv_1", 48, 64, 5, 5);
    Add("branch3x3dbl_1", "tower_1.conv", in, 64, 1, 1);
    Add("branch3x3dbl_2", "tower_1.conv_1", 64, 96, 3, 3);
    Add("branch3x3dbl_3", "tower_1.conv_2", 96, 96, 3, 3);
    Add("branch_pool", "tower_2.conv", in, pool_features, 1, 1);
  }

  // 35 x 35 to 17 x 17.
  void BlockB(int64_t in) {
    AddHalving("branch3x3", "conv", in, 384);
    Add("branch3x3dbl_1", "tower.conv", in, 64, 1, 1);
    Add("branch3x3dbl_2", "tower.conv_1", 64, 96, 3, 3);
    AddHalving("branch3x3dbl_3", "tower.conv_2", 96, 96);
  }

  // 17 x 17.
  void BlockC(int64_t in, int64_t inner) {
    Add("branch1x1", "conv", in, 192, 1, 1);
    Add("branch7x7_1", "tower.conv", in, inner, 1, 1);
    Add("branch7x7_2", "tower.conv_1", inner, inner, 1, 7);
    Add("branch7x7_3", "tower.conv_2", inner, 192, 7, 1);
    Add("branch7x7dbl_1", "tower_1.conv", in, inner, 1, 1);
    Add("branch7x7dbl_2", "tower_1.conv_1", inner, inner, 7, 1);
    Add("branch7x7dbl_3", "tower_1.conv_2", inner, inner, 1, 7);
    Add("branch7x7dbl_4", "tower_1.conv_3", inner, inner, 7, 1);
    Add("branch7x7dbl_5", "tower_1.conv_4", inner, 192, 1, 7);
    Add("branch_pool", "tower_2.conv", in, 192, 1, 1);
  }

  // 17 x 17 to 8 x 8.
  void BlockD(int64_t in) {
    Add("branch3x3_1", "tower.conv", in, 192, 1, 1);
    AddHalving("branch3x3_2", "tower.conv_1", 192, 320);
    Add("branch7x7x3_1", "tower_1.conv", in, 192, 1, 1);
    Add("branch7x7x3_2", "tower_1.conv_1", 192, 192, 1, 7);
    Add("branch7x7x3_3", "tower_1.conv_2", 192, 192, 7, 1);
    AddHalving("branch7x7x3_4", "tower_1.conv_3", 192, 192);
  }

  // 8 x 8.
  void BlockE(int64_t in) {
    Add("branch1x1", "conv", in, 320, 1, 1);
    Add("branch3x3_1", "tower_conv", in, 384, 1, 1);
    Add("branch3x3_2a", "tower_mixed_conv", 384, 384, 1, 3);
    Add("branch3x3_2b", "tower_mixed_conv_1", 384, 384, 3, 1);
    Add("branch3x3dbl_1", "tower_1_conv", in, 448, 1, 1);
    Add("branch3x3dbl_2", "tower_1_conv_1", 448, 384, 3, 3);
    Add("branch3x3dbl_3a", "tower_1_mixed_conv", 384, 384, 1, 3);
    Add("branch3x3dbl_3b", "tower_1_mixed_conv_1", 384, 384, 3, 1);
    Add("branch_pool", "tower_2_conv", in, 192, 1, 1);
  }

 private:
  std::string name_, script_name_;
  int64_t size_ = 0;
  std::vector<InceptionConvolution> convolutions_;
};

}  // namespace

std::vector<InceptionConvolution> InceptionConvolutions() {
  Layout layout;
  layout.Stem();
  const auto block = [&layout](const char* name, const char* script_name, int64_t size) {
    layout.Block(std::string(name) + ".", std::string("layers.") + script_name + ".", size);
  };
  block("Mixed_5b", "mixed", 35), layout.BlockA(192, 32);
  block("Mixed_5c", "mixed_1", 35), layout.BlockA(256, 64);
  block("Mixed_5d", "mixed_2", 35), layout.BlockA(288, 64);
  block("Mixed_6a", "mixed_3", 35), layout.BlockB(288);
  block("Mixed_6b", "mixed_4", 17), layout.BlockC(768, 128);
  block("Mixed_6c", "mixed_5", 17), layout.BlockC(768, 160);
  block("Mixed_6d", "mixed_6", 17), layout.BlockC(768, 160);
  block("Mixed_6e", "mixed_7", 17), layout.BlockC(768, 192);
  block("Mixed_7a", "mixed_8", 17), layout.BlockD(768);
  block("Mixed_7b", "mixed_9", 8), layout.BlockE(1280);
  block("Mixed_7c", "mixed_10", 8), layout.BlockE(2048);
  return layout.Take();
}

}  // namespace wgan
