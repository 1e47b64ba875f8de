// bazel run //datasets:cifar10_from_folder -- INPUT OUTPUT: cifar10_folder.h as a program.
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <string>

#include "common/io/file.h"
#include "datasets/cifar10_folder.h"

namespace {

// Absolute; `path` counts from where `bazel run` was typed.
std::string UserPath(const char* path) {
  const char* const from = std::getenv("BUILD_WORKING_DIRECTORY");
  return std::filesystem::absolute(wgan::JoinPath(from == nullptr ? "" : from, path)).string();
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 3) {
    std::fprintf(stderr,
                 "usage: bazel run //datasets:cifar10_from_folder -- INPUT OUTPUT\n"
                 "INPUT/{train,test}/CLASS/*.jpg (32x32) -> OUTPUT/cifar-10-batches-bin/*.bin\n");
    return 2;
  }
  const std::string output = UserPath(argv[2]);
  const absl::StatusOr<wgan::Cifar10Counts> counts = wgan::WriteCifar10FromFolder(UserPath(argv[1]), output);
  if (!counts.ok()) {
    std::fprintf(stderr, "error: %s\n", std::string(counts.status().message()).c_str());
    return 3;
  }
  std::printf("%lld training and %lld test images in %s/cifar-10-batches-bin; now --repo_env=WGAN_CIFAR10_DIR=%s\n",
              static_cast<long long>(counts->training), static_cast<long long>(counts->test), output.c_str(),
              output.c_str());
  return 0;
}
