#include "common/train/state.h"

#include <map>
#include <string>

#include "common/base/status_matchers.h"
#include "common/train/fake_experiment.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace wgan {
namespace {

using ::testing::HasSubstr;
using ::testing::UnorderedElementsAre;

std::map<std::string, at::Tensor> Snapshot(Algorithm& algorithm) {
  std::map<std::string, at::Tensor> copy;
  for (auto& [name, tensor] : CollectState(algorithm)) copy[name] = tensor.clone();
  return copy;
}

void Advance(FakeAlgorithm& algorithm, int64_t from, int64_t to) {
  FakeData data;
  for (int64_t i = from; i <= to; ++i) WGAN_ASSERT_OK(algorithm.Step(i, data, RandomStreams(1)));
}

bool Equal(const std::map<std::string, at::Tensor>& a, const std::map<std::string, at::Tensor>& b) {
  if (a.size() != b.size()) return false;
  for (const auto& [name, tensor] : a) {
    if (!tensor.equal(b.at(name))) return false;
  }
  return true;
}

auto Misfit(const std::string& reason) { return StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr(reason)); }

TEST(StateTest, CollectsEverything) {
  FakeAlgorithm algorithm;
  std::vector<std::string> names;
  for (const auto& [name, tensor] : CollectState(algorithm)) names.push_back(name);
  EXPECT_THAT(names, UnorderedElementsAre("netG.scale", "netG.shift", "netG.calls", "adam.step", "adam.exp_avg.0",
                                          "adam.exp_avg_sq.0", "rmsprop.square_avg.0", "ema.last_iteration",
                                          "ema.average.scale", "ema.average.shift", "ema.average.calls"));
}

TEST(StateTest, ARestoredAlgorithmContinuesBitForBit) {
  FakeAlgorithm straight, resumed;
  Advance(straight, 1, 5);
  const std::map<std::string, at::Tensor> middle = Snapshot(straight);
  Advance(straight, 6, 9);
  WGAN_ASSERT_OK(RestoreState(middle, resumed));
  EXPECT_TRUE(Equal(Snapshot(resumed), middle));
  Advance(resumed, 6, 9);
  EXPECT_TRUE(Equal(Snapshot(resumed), Snapshot(straight)));
  EXPECT_FALSE(Equal(Snapshot(resumed), middle));
}

TEST(StateTest, RefusesWhatDoesNotFitAndChangesNothing) {
  FakeAlgorithm source, target;
  Advance(source, 1, 4);
  const std::map<std::string, at::Tensor> good = Snapshot(source), before = Snapshot(target);

  std::map<std::string, at::Tensor> bad = good;
  bad.erase("adam.exp_avg.0");
  EXPECT_THAT(RestoreState(bad, target), Misfit("lacks \"adam.exp_avg.0\""));
  bad = good;
  bad["netD.weight"] = good.at("netG.scale");
  EXPECT_THAT(RestoreState(bad, target), Misfit("holds \"netD.weight\", which the run has not"));
  bad = good;
  bad["netG.shift"] = at::Tensor(good.at("netG.shift")).reshape({1, 1});
  EXPECT_THAT(RestoreState(bad, target), Misfit("holds \"netG.shift\" as Float [1,1] instead of Float [1]"));
  bad = good;
  bad["ema.average.scale"] = good.at("ema.average.scale").to(at::kDouble);
  EXPECT_THAT(RestoreState(bad, target), Misfit("Double [1] instead of Float [1]"));
  EXPECT_TRUE(Equal(Snapshot(target), before));
}

}  // namespace
}  // namespace wgan
