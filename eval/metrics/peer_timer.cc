// Times one metric for compare_peers.py: peer_timer TASK FILE.safetensors REPEATS prints the result and the least
// processor time of a repeat in seconds, "result seconds". One thread.
//   frechet    mean_1, covariance_1, mean_2, covariance_2: the distance
//   low_rank   x, y: the Frechet distance from features
//   kid        x, y: 100 subsets of 1000
//   two_sample x, y: leave-one-out 1-NN accuracy
//   one_nn     points, labels, queries, query_labels: 1-NN accuracy
//   inception  images uint8, weights by formula: the mean of the 2048 features
#include <torch/torch.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "common/base/check.h"
#include "common/base/heap.h"
#include "common/io/tensor.h"
#include "common/nn/inception_v3.h"
#include "common/nn/inception_v3_weights.h"
#include "eval/metrics/frechet_tensor.h"
#include "eval/metrics/kernel_distance_tensor.h"
#include "eval/metrics/one_nn_tensor.h"

namespace wgan {
namespace {

double ProcessorSeconds() {
  timespec time;
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
  return static_cast<double>(time.tv_sec) + 1e-9 * static_cast<double>(time.tv_nsec);
}

std::vector<int64_t> Integers(const at::Tensor& tensor) {
  return std::vector<int64_t>(tensor.const_data_ptr<int64_t>(), tensor.const_data_ptr<int64_t>() + tensor.numel());
}

std::function<double()> Task(const std::string& name, const std::map<std::string, at::Tensor>& in) {
  if (name == "frechet") {
    const FeatureStatistics first{in.at("mean_1"), in.at("covariance_1"), 0},
        second{in.at("mean_2"), in.at("covariance_2"), 0};
    return [=] { return FrechetFromStatistics(first, second)->distance; };
  }
  if (name == "low_rank") return [=] { return FrechetFromFeatures(in.at("x"), in.at("y"))->distance; };
  if (name == "kid") return [=] { return PolynomialKernelDistance(in.at("x"), in.at("y"))->mean; };
  if (name == "two_sample") return [=] { return TwoSampleOneNn(in.at("x"), in.at("y"))->accuracy; };
  if (name == "one_nn") {
    const std::vector<int64_t> labels = Integers(in.at("labels")), query_labels = Integers(in.at("query_labels"));
    return [=] { return *CrossDomainOneNn(in.at("points"), labels, in.at("queries"), query_labels); };
  }
  WGAN_CHECK(name == "inception") << "no task " << name;
  const InceptionV3 network = InceptionV3::FromWeights(HashedInceptionWeights(), "formula").value();
  return [=] { return network.Forward(in.at("images"), InceptionLayer::k2048)->pooled.mean().item<double>(); };
}

int Main(int argc, char** argv) {
  WGAN_CHECK_EQ(argc, 4);
  torch::set_num_threads(1);
  const LoadedTensors file = LoadTensors(argv[2]).value();
  const std::function<double()> task = Task(argv[1], file.tensors);
  double least = 1e300, result = 0;
  for (int repeat = 0; repeat < std::atoi(argv[3]); ++repeat) {
    const double begin = ProcessorSeconds();
    result = task();
    least = std::min(least, ProcessorSeconds() - begin);
  }
  std::printf("%.12g %.6g\n", result, least);
  return 0;
}

}  // namespace
}  // namespace wgan

int main(int argc, char** argv) {
  wgan::KeepFreedMemory();  // as //eval:metrics does
  return wgan::Main(argc, argv);
}
