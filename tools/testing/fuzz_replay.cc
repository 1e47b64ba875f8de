// The main function of the tests of fuzz_target: fuzz_replay MUTATIONS FILE... gives LLVMFuzzerTestOneInput each file,
// every short beginning of it, and as many deterministic changes of it as were asked for. Memory is limited, so that an
// input that takes too much of it ends the test. LibFuzzer brings its own main function.
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <iterator>
#include <string>

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size);

namespace {

constexpr rlim_t kMemoryLimit = rlim_t{2} << 30;  // of addresses; the libraries take a few 100 MB

// What is being tried, for the message of a crash.
char g_input[512] = "nothing yet";

void SayWhatCrashed(int signal_number) {
  static constexpr char kText[] = "\nfuzz_replay: crashed on ";
  if (write(STDERR_FILENO, kText, sizeof(kText) - 1) < 0 || write(STDERR_FILENO, g_input, std::strlen(g_input)) < 0 ||
      write(STDERR_FILENO, "\n", 1) < 0) {
    // Nothing more can be said.
  }
  std::signal(signal_number, SIG_DFL);
  std::raise(signal_number);
}

void LimitMemory() {
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
  return;  // shadow memory needs terabytes of addresses
#endif
  const rlimit limit{kMemoryLimit, kMemoryLimit};
  setrlimit(RLIMIT_AS, &limit);
}

// A linear congruential generator (Knuth's MMIX), the high half of its state.
class Random {
 public:
  explicit Random(uint64_t seed) : state_(seed) { Below(2); }
  // In [0, bound); bound >= 1.
  size_t Below(size_t bound) {
    state_ = state_ * 6364136223846793005u + 1442695040888963407u;
    return (state_ >> 32) % bound;
  }

 private:
  uint64_t state_;
};

// Numbers at the edges of types, little-endian or big-endian, over the bytes at a random place.
void PutEdgeNumber(Random& random, std::string& bytes) {
  static constexpr uint64_t kEdges[] = {0,          1,          0x7f,       0x80,       0xff,       0x7fff,     0xffff,
                                        0x7fffffff, 0x80000000, 0xffffffff, 1ull << 32, 1ull << 62, 1ull << 63, ~0ull};
  const uint64_t value = kEdges[random.Below(std::size(kEdges))];
  const size_t width = size_t{1} << random.Below(4), at = random.Below(bytes.size());
  const bool big_endian = random.Below(2) == 1;
  for (size_t i = 0; i < width && at + i < bytes.size(); ++i) {
    bytes[at + i] = static_cast<char>(value >> (8 * (big_endian ? width - 1 - i : i)));
  }
}

// One change of the kinds that damage and malice make.
void Mutate(Random& random, std::string& bytes) {
  if (bytes.empty()) bytes.push_back('x');
  const size_t at = random.Below(bytes.size());
  const size_t length = 1 + random.Below(std::min<size_t>(bytes.size() - at, 64));
  switch (random.Below(7)) {
    case 0:
      bytes[at] ^= static_cast<char>(1 << random.Below(8));
      break;
    case 1:
      bytes[at] = static_cast<char>(random.Below(256));
      break;
    case 2:
      PutEdgeNumber(random, bytes);
      break;
    case 3:
      bytes.resize(at);
      break;
    case 4:
      bytes.erase(at, length);
      break;
    case 5:
      bytes.insert(random.Below(bytes.size()), bytes.substr(at, length));
      break;
    case 6:
      bytes.insert(at, length, static_cast<char>(random.Below(256)));
      break;
  }
}

void Try(const std::string& bytes) {
  LLVMFuzzerTestOneInput(reinterpret_cast<const uint8_t*>(bytes.data()), bytes.size());
}

// The number of inputs tried, or -1 if the file cannot be read.
long Replay(const char* path, long mutations) {
  std::ifstream file(path, std::ios::binary);
  if (!file) return -1;
  const std::string whole((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
  std::snprintf(g_input, sizeof(g_input), "%s itself", path);
  Try(whole);
  const size_t beginnings = std::min<size_t>(whole.size(), 300);
  for (size_t size = 0; size < beginnings; ++size) {
    std::snprintf(g_input, sizeof(g_input), "the first %zu bytes of %s", size, path);
    Try(whole.substr(0, size));
  }
  for (long k = 0; k < mutations; ++k) {
    std::snprintf(g_input, sizeof(g_input), "change %ld of %s", k, path);
    Random random(static_cast<uint64_t>(k));
    std::string changed = whole;
    for (size_t changes = 1 + random.Below(4); changes > 0; --changes) Mutate(random, changed);
    Try(changed);
  }
  return 1 + static_cast<long>(beginnings) + mutations;
}

}  // namespace

int main(int argc, char** argv) {
  for (int signal_number : {SIGABRT, SIGBUS, SIGFPE, SIGILL, SIGSEGV}) std::signal(signal_number, SayWhatCrashed);
  LimitMemory();
  const long mutations = argc > 1 ? std::atol(argv[1]) : 0;
  long inputs = 0;
  for (int i = 2; i < argc; ++i) {
    const long count = Replay(argv[i], mutations);
    if (count < 0) {
      std::fprintf(stderr, "fuzz_replay: cannot read %s\n", argv[i]);
      return 1;
    }
    inputs += count;
  }
  std::printf("%ld inputs\n", inputs);
  return inputs > 0 ? 0 : 1;
}
