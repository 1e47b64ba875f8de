#include "datasets/cifar10.h"

#include <filesystem>
#include <string>

#include "common/base/status_matchers.h"
#include "common/io/file.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace wgan {
namespace {

using testing::HasSubstr;

// A record whose pixel (row, column) of plane c is c * 80 + (row * 32 + column + shift) % 80.
std::string Record(int label, int shift) {
  std::string record(1, static_cast<char>(label));
  for (int plane = 0; plane < 3; ++plane) {
    for (int i = 0; i < 1024; ++i) record += static_cast<char>(plane * 80 + (i + shift) % 80);
  }
  return record;
}

// Five training files of two records each, labels 0 to 9, and a test file of one.
std::string WriteFolder(const std::string& name) {
  const std::string folder = testing::TempDir() + "/" + name;
  std::filesystem::remove_all(folder);
  WGAN_EXPECT_OK(CreateDirectories(folder));
  for (int k = 0; k < 5; ++k) {
    WGAN_EXPECT_OK(WriteFileAtomically(folder + "/data_batch_" + std::to_string(k + 1) + ".bin",
                                       Record(2 * k, 2 * k) + Record(2 * k + 1, 2 * k + 1)));
  }
  WGAN_EXPECT_OK(WriteFileAtomically(folder + "/test_batch.bin", Record(7, 3)));
  return folder;
}

TEST(Cifar10Test, ReadsBothSplitsInFileOrder) {
  Cifar10Config config;
  config.set_directory(WriteFolder("both"));
  WGAN_ASSERT_OK_AND_ASSIGN(const OpenedImages training, OpenCifar10(config, 32));
  ASSERT_EQ(training.reader->size(), 10);
  for (int k = 0; k < 10; ++k) {
    EXPECT_EQ(training.reader->Label(k), k);
    WGAN_ASSERT_OK_AND_ASSIGN(const Image image, training.reader->Read(k));
    ASSERT_EQ(image.height, 32);
    for (int plane = 0; plane < 3; ++plane) {
      EXPECT_EQ(image.at(0, 0, plane), plane * 80 + k);
      EXPECT_EQ(image.at(1, 5, plane), plane * 80 + (37 + k) % 80);  // row-major in each plane
    }
  }
  config.set_split(Cifar10Config::TEST);
  WGAN_ASSERT_OK_AND_ASSIGN(const OpenedImages test, OpenCifar10(config, 32));
  EXPECT_EQ(test.reader->size(), 1);
  EXPECT_EQ(test.reader->Label(0), 7);
  EXPECT_NE(test.info.digest, training.info.digest);
}

TEST(Cifar10Test, FindsTheFolderThatTheArchiveMakesAndResizes) {
  const std::string above = testing::TempDir() + "/above";
  std::filesystem::remove_all(above);
  WGAN_ASSERT_OK(CreateDirectories(above));
  std::filesystem::rename(WriteFolder("inner"), above + "/cifar-10-batches-bin");
  Cifar10Config config;
  config.set_directory(above);
  WGAN_ASSERT_OK_AND_ASSIGN(const OpenedImages images, OpenCifar10(config, 16));
  WGAN_ASSERT_OK_AND_ASSIGN(const Image image, images.reader->Read(0));
  EXPECT_EQ(image.height, 16);
  EXPECT_EQ(image.channels, 3);
}

TEST(Cifar10Test, CallsOtherDataACopy) {
  Cifar10Config config;
  config.set_directory(WriteFolder("copy"));
  WGAN_ASSERT_OK_AND_ASSIGN(const OpenedImages copy, OpenCifar10(config, 32));
  EXPECT_EQ(copy.info.name, "cifar10_copy");
  EXPECT_THAT(copy.info.description, HasSubstr("a copy"));
  std::string record = Record(6, 0);
  record[1] = 59;
  record[2] = 43;
  record[3] = 50;
  WGAN_ASSERT_OK(WriteFileAtomically(config.directory() + "/data_batch_1.bin", record));
  WGAN_ASSERT_OK_AND_ASSIGN(const OpenedImages original, OpenCifar10(config, 32));
  EXPECT_EQ(original.info.name, "cifar10");
}

// Each of testdata/make_small_data.py's pickles holds the records that WriteFolder's files hold; the last has 10
// and 11.
TEST(Cifar10Test, PythonAndBinaryVersionHaveTheSameDigest) {
  Cifar10Config binary, python;
  binary.set_directory(WriteFolder("versions"));
  python.set_directory("datasets/testdata");
  WGAN_ASSERT_OK_AND_ASSIGN(const OpenedImages from_binary, OpenCifar10(binary, 32));
  WGAN_ASSERT_OK_AND_ASSIGN(const OpenedImages from_python, OpenCifar10(python, 32));
  EXPECT_EQ(from_python.info.digest, from_binary.info.digest);
  EXPECT_THAT(from_python.info.description, HasSubstr("Python version"));
  python.set_directory("datasets/testdata/cifar-10-batches-py");
  python.set_split(Cifar10Config::TEST);
  WGAN_ASSERT_OK_AND_ASSIGN(const OpenedImages test, OpenCifar10(python, 32));
  EXPECT_EQ(test.reader->size(), 2);
  EXPECT_EQ(test.reader->Label(1), 1);
}

TEST(Cifar10Test, NamesWhatIsWrong) {
  Cifar10Config config;
  EXPECT_THAT(OpenCifar10(config, 32), StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("--data_dir")));
  config.set_directory(testing::TempDir() + "/nowhere");
  EXPECT_THAT(OpenCifar10(config, 32), StatusIs(absl::StatusCode::kNotFound, HasSubstr("data_batch_1.bin")));
  config.set_directory(WriteFolder("bad"));
  const std::string third = config.directory() + "/data_batch_3.bin";
  WGAN_ASSERT_OK(WriteFileAtomically(third, Record(1, 0) + Record(2, 0).substr(0, 3000)));
  EXPECT_THAT(OpenCifar10(config, 32),
              StatusIs(absl::StatusCode::kDataLoss,
                       HasSubstr("data_batch_3.bin: cut off: record 1 (byte 3073) has 3000 of 3073 bytes")));
  WGAN_ASSERT_OK(WriteFileAtomically(third, Record(1, 0) + Record(10, 0)));
  EXPECT_THAT(OpenCifar10(config, 32),
              StatusIs(absl::StatusCode::kDataLoss, HasSubstr("record 1 (byte 3073) has label 10")));
  WGAN_ASSERT_OK(WriteFileAtomically(third, ""));
  EXPECT_THAT(OpenCifar10(config, 32), StatusIs(absl::StatusCode::kDataLoss, HasSubstr("data_batch_3.bin: empty")));
  std::filesystem::remove(third);
  EXPECT_THAT(OpenCifar10(config, 32), StatusIs(absl::StatusCode::kNotFound, HasSubstr("data_batch_3.bin")));
}

}  // namespace
}  // namespace wgan
