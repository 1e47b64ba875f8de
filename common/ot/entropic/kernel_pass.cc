#include "common/ot/entropic/kernel_pass.h"

#include <algorithm>
#include <cmath>
#include <cstring>

#include "common/ot/lane_math.h"
#include "common/ot/lanes.h"

namespace wgan::ot {
namespace {

// Rows that are summed together: the scaled columns are read once for all of them.
constexpr int kBlock = 8;
// Columns summed in the kernel's type before they go on in double, and rows likewise: bounds what float rounds away.
constexpr int64_t kColumnChunk = 2048;
constexpr int64_t kRowChunk = 128;
// Kernels larger than this come from memory rather than from a cache: worth asking for rows ahead.
constexpr int64_t kCacheBytes = 16 << 20;

// kLanes numbers of the kernel's type.
template <typename K, int kLanes>
struct KernelLanes;
template <int kLanes>
struct KernelLanes<float, kLanes> {
  using Vector = typename Lanes<kLanes>::Float;
};
template <int kLanes>
struct KernelLanes<double, kLanes> {
  using Vector = typename Lanes<kLanes>::Double;
};

// Eight scalings of one side: see Relaxing. Adds to `report`.
struct UpdateSums {
  Lanes<8>::Double l1{}, squares{}, max_log{};
  Lanes<8>::Mask strayed{};
};
WGAN_INLINE void Update8(const Scalings& side, int64_t at, const Relaxing& relaxing, UpdateSums& sums) {
  using Double = Lanes<8>::Double;
  Double w, log, value, sum;
  Load<8>(side.weights + at, w);
  Load<8>(side.logs + at, log);
  Load<8>(side.values + at, value);
  Load<8>(side.sums + at, sum);
  const Lanes<8>::Mask fine = (sum > 1e-290) & (sum < 1e290);
  const Double off = fine ? value * sum - 1.0 : Double{};
  Double log_sum;
  Log<8>(fine ? sum : Double{} + 1.0, log_sum);
  const Double log_q = fine ? log + log_sum : Double{};
  const Double size = log_q < 0.0 ? -log_q : log_q;
  const Double far = Double{} + relaxing.long_step;
  log = log - (size > 1.0 ? far : Double{} + relaxing.step) * log_q;
  Exp<8>(log, value);
  __builtin_memcpy(side.logs + at, &log, sizeof(log));
  __builtin_memcpy(side.values + at, &value, sizeof(value));
  const Double absolute = off < 0.0 ? -off : off;
  const Double log_size = log < 0.0 ? -log : log;
  sums.l1 += w * absolute;
  sums.squares += (w * absolute) * (w * absolute);
  sums.max_log = log_size > sums.max_log ? log_size : sums.max_log;
  sums.strayed |= ~fine;
}

WGAN_INLINE UpdateReport Reported(const UpdateSums& sums) {
  UpdateReport report;
  for (int l = 0; l < 8; ++l) {
    report.l1 += sums.l1[l];
    report.squares += sums.squares[l];
    report.max_log = sums.max_log[l] > report.max_log ? sums.max_log[l] : report.max_log;
    report.strayed = report.strayed || sums.strayed[l] != 0;
  }
  return report;
}

// Behind the last row or column there is nothing to sum; a sum of 1 leaves those scalings at 1.
WGAN_INLINE void FillPadding(const Scalings& side) {
  for (int64_t k = side.size; k < Padded(side.size); ++k) {
    side.sums[k] = 1;
    side.logs[k] = 0;
    side.values[k] = 1;
  }
}

WGAN_INLINE UpdateReport UpdateAll(const Scalings& side, const Relaxing& relaxing) {
  FillPadding(side);
  UpdateSums sums;
  for (int64_t k = 0; k < Padded(side.size); k += 8) Update8(side, k, relaxing, sums);
  return Reported(sums);
}

template <typename K>
WGAN_INLINE void Scale(const Scalings& side, K* scaled) {
  for (int64_t k = 0; k < Padded(side.size); ++k) scaled[k] = static_cast<K>(side.weights[k] * side.values[k]);
}

// The rows [first, first + kBlock); behind the last row comes the last one again.
template <typename K>
struct Block {
  const K* row[kBlock];
};
template <typename K>
WGAN_INLINE void FindRows(const KernelState<K>& state, int64_t first, Block<K>& block) {
  for (int r = 0; r < kBlock; ++r) {
    const int64_t i = first + r < state.rows.size ? first + r : state.rows.size - 1;
    block.row[r] = state.kernel + i * state.stride;
  }
}

template <typename K, int kLanes>
WGAN_INLINE void SumRows(const KernelState<K>& state, const Block<K>& block, double* sums) {
  using Vector = typename KernelLanes<K, kLanes>::Vector;
  const int64_t m = Padded(state.columns.size);
  for (int r = 0; r < kBlock; ++r) sums[r] = 0;
  for (int64_t begin = 0; begin < m; begin += kColumnChunk) {
    const int64_t end = begin + kColumnChunk < m ? begin + kColumnChunk : m;
    Vector sum[kBlock] = {};
    for (int64_t j = begin; j < end; j += kLanes) {
      Vector w;
      __builtin_memcpy(&w, state.scaled + j, sizeof(w));
      for (int r = 0; r < kBlock; ++r) {
        Vector k;
        __builtin_memcpy(&k, block.row[r] + j, sizeof(k));
        sum[r] += k * w;
      }
    }
    for (int r = 0; r < kBlock; ++r) {
      for (int l = 0; l < kLanes; ++l) sums[r] += static_cast<double>(sum[r][l]);
    }
  }
}

// partial_j += sum_r z_r K_rj. `next`: the block after this one, asked for ahead if kPrefetch.
template <typename K, int kLanes, bool kPrefetch>
WGAN_INLINE void AddRows(const KernelState<K>& state, const Block<K>& block, const Block<K>& next, const K* z) {
  using Vector = typename KernelLanes<K, kLanes>::Vector;
  const int64_t m = Padded(state.columns.size);
  for (int64_t j = 0; j < m; j += kLanes) {
    Vector sum, other{};
    __builtin_memcpy(&sum, state.partial + j, sizeof(sum));
    for (int r = 0; r < kBlock; r += 2) {
      Vector k, l;
      __builtin_memcpy(&k, block.row[r] + j, sizeof(k));
      __builtin_memcpy(&l, block.row[r + 1] + j, sizeof(l));
      if (kPrefetch) {
        __builtin_prefetch(next.row[r] + j, /*write=*/0, /*locality=*/2);
        __builtin_prefetch(next.row[r + 1] + j, 0, 2);
      }
      sum += k * z[r];
      other += l * z[r + 1];
    }
    sum += other;
    __builtin_memcpy(state.partial + j, &sum, sizeof(sum));
  }
}

// Moves the partial column sums into the double ones.
template <typename K>
WGAN_INLINE void Flush(const KernelState<K>& state) {
  for (int64_t j = 0; j < Padded(state.columns.size); ++j) {
    state.columns.sums[j] += static_cast<double>(state.partial[j]);
    state.partial[j] = 0;
  }
}

template <typename K, int kLanes>
WGAN_INLINE void Iterate(KernelState<K>& state, const Relaxing& relaxing, UpdateReport* report) {
  const int64_t m = Padded(state.columns.size);
  std::memset(state.columns.sums, 0, m * sizeof(double));
  std::memset(state.partial, 0, m * sizeof(K));
  FillPadding(state.rows);
  const bool large = state.rows.size * state.stride * static_cast<int64_t>(sizeof(K)) > kCacheBytes;
  UpdateSums row_sums;
  for (int64_t i = 0; i < state.rows.size; i += kBlock) {
    Block<K> block;
    FindRows(state, i, block);
    const int64_t last = state.rows.size - i < kBlock ? state.rows.size - i : kBlock;
    double sums[kBlock];
    SumRows<K, kLanes>(state, block, sums);
    for (int r = 0; r < last; ++r) state.rows.sums[i + r] = sums[r];
    Update8(state.rows, i, relaxing, row_sums);
    K z[kBlock];
    for (int r = 0; r < kBlock; ++r) z[r] = static_cast<K>(state.rows.weights[i + r] * state.rows.values[i + r]);
    if (large) {
      Block<K> next;
      FindRows(state, i + kBlock, next);
      AddRows<K, kLanes, true>(state, block, next, z);
    } else {
      AddRows<K, kLanes, false>(state, block, block, z);
    }
    if ((i + kBlock) % kRowChunk == 0) Flush(state);
  }
  Flush(state);
  report[0] = Reported(row_sums);
  report[1] = UpdateAll(state.columns, relaxing);
  Scale(state.columns, state.scaled);
}

template <typename K, int kLanes>
WGAN_INLINE void IterateRows(KernelState<K>& state, const Relaxing& relaxing, UpdateReport* report) {
  for (int64_t i = 0; i < state.rows.size; i += kBlock) {
    Block<K> block;
    FindRows(state, i, block);
    const int64_t last = state.rows.size - i < kBlock ? state.rows.size - i : kBlock;
    double sums[kBlock];
    SumRows<K, kLanes>(state, block, sums);
    for (int r = 0; r < last; ++r) state.rows.sums[i + r] = sums[r];
  }
  *report = UpdateAll(state.rows, relaxing);
  Scale(state.rows, state.scaled);
}

// The wrappers of one instruction set: vectors of `width` bytes.
#define WGAN_DEFINE_PASSES(name, width, target)                                                         \
  struct name {                                                                                         \
    template <typename K>                                                                               \
    target static void Iterate(KernelState<K>& s, const Relaxing& relaxing, UpdateReport* report) {     \
      wgan::ot::Iterate<K, width / sizeof(K)>(s, relaxing, report);                                     \
    }                                                                                                   \
    template <typename K>                                                                               \
    target static void IterateRows(KernelState<K>& s, const Relaxing& relaxing, UpdateReport* report) { \
      wgan::ot::IterateRows<K, width / sizeof(K)>(s, relaxing, report);                                 \
    }                                                                                                   \
    target static UpdateReport Update(const Scalings& side, const Relaxing& relaxing) {                 \
      return UpdateAll(side, relaxing);                                                                 \
    }                                                                                                   \
    template <typename K>                                                                               \
    target static void Scale(const Scalings& side, K* scaled) {                                         \
      wgan::ot::Scale(side, scaled);                                                                    \
    }                                                                                                   \
    template <typename K>                                                                               \
    static constexpr KernelPass<K> kPass = {&Iterate<K>, &IterateRows<K>, &Update, &Scale<K>};          \
  }

WGAN_DEFINE_PASSES(BaselinePasses, 16, );
#if defined(__x86_64__)
WGAN_DEFINE_PASSES(Avx2Passes, 32, __attribute__((target("avx2,fma"))));
WGAN_DEFINE_PASSES(Avx512Passes, 64, __attribute__((target("avx512f,avx512dq,avx512vl,avx2,fma"))));
#endif

}  // namespace

template <typename K>
const KernelPass<K>& KernelPassFor(InstructionSet set) {
#if defined(__x86_64__)
  switch (set) {
    case InstructionSet::kBaseline:
      break;
    case InstructionSet::kAvx2:
      return Avx2Passes::kPass<K>;
    case InstructionSet::kAvx512:
      return Avx512Passes::kPass<K>;
  }
#else
  (void)set;
#endif
  return BaselinePasses::kPass<K>;
}

template const KernelPass<float>& KernelPassFor<float>(InstructionSet);
template const KernelPass<double>& KernelPassFor<double>(InstructionSet);

}  // namespace wgan::ot
