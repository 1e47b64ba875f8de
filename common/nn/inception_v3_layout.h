// The convolutions of the Inception network that FID, KID and the Inception score are defined by: names and shapes.
// No LibTorch.
//
// This is the graph published as inception-2015-12-05 ("Rethinking the Inception architecture for computer vision",
// Szegedy et al., CVPR 2016, in an early form). Its weights go about in two files with two sets of names.
#ifndef COMMON_NN_INCEPTION_V3_LAYOUT_H_
#define COMMON_NN_INCEPTION_V3_LAYOUT_H_

#include <cstdint>
#include <string>
#include <vector>

namespace wgan {

// One convolution without bias, followed by batch normalisation (epsilon 1e-3) and ReLU.
struct InceptionConvolution {
  // "Mixed_5b.branch1x1", with tensors .conv.weight [out,in,height,width] and .bn.{weight,bias,running_mean,
  // running_var}: pt_inception-2015-12-05-6726825d.pth (pytorch-fid, torch-fidelity).
  std::string name;
  // "layers.mixed.conv", with tensors .weight, .beta, .mean, .var and no scale: the TorchScript file
  // inception-2015-12-05.pt (StyleGAN, clean-fid).
  std::string script_name;
  int64_t in, out, height, width;  // channels and kernel
  int64_t size;                    // height and width of the input image
  int64_t stride = 1;
  bool same_size = false;  // zero padding by (height - 1) / 2, (width - 1) / 2; else none
};

// All 94 of them, from the image on, block by block as in the first of the two files.
std::vector<InceptionConvolution> InceptionConvolutions();

}  // namespace wgan

#endif  // COMMON_NN_INCEPTION_V3_LAYOUT_H_
