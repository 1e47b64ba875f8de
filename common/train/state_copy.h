// For tests of algorithms: their state, copied, compared and put back.
#ifndef COMMON_TRAIN_STATE_COPY_H_
#define COMMON_TRAIN_STATE_COPY_H_

#include <ATen/ATen.h>

#include <cstdint>
#include <map>
#include <string>

#include "common/train/algorithm.h"
#include "gtest/gtest.h"

namespace wgan {

// Copies all state out of an algorithm, or back into one.
class StateCopy : public StateVisitor {
 public:
  void Tensor(const std::string& name, at::Tensor& tensor) override {
    const at::NoGradGuard no_grad;
    if (restoring) {
      tensor.copy_(tensors.at(name));
    } else {
      tensors[name] = tensor.detach().clone();
    }
  }
  void Integer(const std::string& name, int64_t& value) override {
    if (restoring) {
      value = integers.at(name);
    } else {
      integers[name] = value;
    }
  }
  bool restoring = false;
  std::map<std::string, at::Tensor> tensors;
  std::map<std::string, int64_t> integers;
};

inline StateCopy StateOf(Algorithm& algorithm) {
  StateCopy copy;
  algorithm.VisitState(copy);
  return copy;
}

inline void ExpectEqualStates(const StateCopy& a, const StateCopy& b) {
  ASSERT_EQ(a.tensors.size(), b.tensors.size());
  for (const auto& [name, tensor] : a.tensors) EXPECT_TRUE(at::equal(tensor, b.tensors.at(name))) << name;
  EXPECT_EQ(a.integers, b.integers);
}

}  // namespace wgan

#endif  // COMMON_TRAIN_STATE_COPY_H_
