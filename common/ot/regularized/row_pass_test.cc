#include "common/ot/regularized/row_pass.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <vector>

#include "common/base/random_stream.h"
#include "gtest/gtest.h"

namespace wgan::ot {
namespace {

std::vector<InstructionSet> Sets() {
  std::vector<InstructionSet> sets = {InstructionSet::kBaseline};
  if (BestInstructionSet() != InstructionSet::kBaseline) sets.push_back(InstructionSet::kAvx2);
  if (BestInstructionSet() == InstructionSet::kAvx512) sets.push_back(InstructionSet::kAvx512);
  return sets;
}

template <typename T>
struct Data {
  std::vector<T> costs;
  std::vector<double> psi, p;
};

template <typename T>
Data<T> Random(int64_t n) {
  RandomStream random(1, "row", n);
  Data<T> data;
  for (int64_t j = 0; j < n; ++j) {
    data.costs.push_back(static_cast<T>(random.Normal()));
    data.psi.push_back(random.Normal());
    data.p.push_back(random.Uniform());
  }
  return data;
}

// Everything that the passes of `set` give for `data`, one after the other.
template <typename T>
std::vector<double> AllResults(const Data<T>& data, InstructionSet set) {
  const RowPass<T>& pass = RowPassFor<T>(set);
  const int64_t n = static_cast<int64_t>(data.costs.size());
  std::vector<double> y(n, 0.25), z(n, 0.5), all;
  auto add = [&](const DualRow& r) {
    all.insert(all.end(), {r.density, r.violation, r.cost, r.penalty, r.max_density, static_cast<double>(r.positive),
                           static_cast<double>(r.clamped)});
  };
  const T* c = data.costs.data();
  const double *psi = data.psi.data(), *p = data.p.data();
  add(pass.kl_dual(c, 0.3, psi, p, 0.1, 5, 0.7, n, y.data()));
  add(pass.norm2_dual(c, 0.3, psi, p, 0.1, 0.7, n, y.data()));
  const ExpSum sum = pass.exp_sum(c, psi, 0.1, n, z.data());
  all.insert(all.end(), {sum.max, sum.sum});
  pass.add(1.7, z.data(), n, y.data());
  const Threshold threshold = pass.threshold(c, psi, p, 0.3, n);
  all.insert(all.end(), {threshold.mass, threshold.excess, pass.add_excess(c, psi, p, 0.3, 0.6, n, y.data())});
  pass.column_threshold(c, psi, 0.3, 0.9, n, y.data(), z.data());
  all.insert(all.end(), y.begin(), y.end());
  all.insert(all.end(), z.begin(), z.end());
  return all;
}

// The same by the formulas, in plain loops.
template <typename T>
std::vector<double> ExpectedResults(const Data<T>& data) {
  const size_t n = data.costs.size();
  std::vector<double> y(n, 0.25), z(n), all;
  DualRow kl, norm2;
  Threshold threshold{0, 0};
  double max = -INFINITY, sum = 0, square = 0;
  for (size_t j = 0; j < n; ++j) max = std::max(max, data.psi[j] - data.costs[j] / 0.1);
  for (size_t j = 0; j < n; ++j) {
    const double c = data.costs[j], v = 0.3 - data.psi[j] - c, p = data.p[j];
    const double t = v / 0.1 - 1, m = std::exp(std::min(t, 5.0));
    kl.density += p * m;
    kl.violation += p * m * (1 + std::max(t - 5, 0.0));
    kl.cost += p * m * c;
    kl.penalty += p * m * std::min(t, 5.0);
    kl.max_density = std::max(kl.max_density, m);
    kl.positive += m > 0;
    kl.clamped += t > 5;
    const double active = v > 0 ? 1 : 0, hinge = active * v / 0.1;
    norm2.density += p * hinge;
    norm2.violation += p * hinge * hinge / 2;
    norm2.cost += p * hinge * c;
    norm2.max_density = std::max(norm2.max_density, hinge);
    norm2.positive += v > 0;
    z[j] = std::exp(data.psi[j] - c / 0.1 - max);
    sum += z[j];
    threshold.mass += active * p;
    threshold.excess += active * p * v;
    square += active * p * v * v;
    y[j] += 0.7 * m + 0.7 * hinge + 1.7 * z[j] + 0.6 * active * v + 0.9 * active;
    z[j] += 0.9 * active * v;
  }
  norm2.penalty = norm2.violation;
  for (const DualRow& r : {kl, norm2}) {
    all.insert(all.end(), {r.density, r.violation, r.cost, r.penalty, r.max_density, static_cast<double>(r.positive),
                           static_cast<double>(r.clamped)});
  }
  all.insert(all.end(), {max, sum, threshold.mass, threshold.excess, square});
  all.insert(all.end(), y.begin(), y.end());
  all.insert(all.end(), z.begin(), z.end());
  return all;
}

template <typename T>
void ExpectFormulasOnEverySet() {
  for (int64_t n = 1; n <= 35; ++n) {
    const Data<T> data = Random<T>(n);
    const std::vector<double> expected = ExpectedResults(data);
    const std::vector<double> baseline = AllResults(data, InstructionSet::kBaseline);
    ASSERT_EQ(baseline.size(), expected.size());
    for (size_t k = 0; k < expected.size(); ++k) {
      EXPECT_NEAR(baseline[k], expected[k], 1e-12 * (1 + std::abs(expected[k]))) << "n " << n << " number " << k;
    }
    for (InstructionSet set : Sets()) EXPECT_EQ(AllResults(data, set), baseline) << "n " << n;
  }
}

TEST(RowPassTest, FormulasOnEveryInstructionSetDouble) { ExpectFormulasOnEverySet<double>(); }
TEST(RowPassTest, FormulasOnEveryInstructionSetFloat) { ExpectFormulasOnEverySet<float>(); }

TEST(RowPassTest, Exp) {
  double worst = 0;
  for (int k = 0; k < 200000; ++k) {
    const double x = -708 + 1417.0 * k / 200000;
    worst = std::max(worst, std::abs(RowPassExp(x) / std::exp(x) - 1));
  }
  EXPECT_LT(worst, 1e-15);
  EXPECT_EQ(RowPassExp(0), 1);
  EXPECT_EQ(RowPassExp(-709), 0);
  EXPECT_EQ(RowPassExp(-INFINITY), 0);
  EXPECT_TRUE(std::isnan(RowPassExp(NAN)));
}

}  // namespace
}  // namespace wgan::ot
