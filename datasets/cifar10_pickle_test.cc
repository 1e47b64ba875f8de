#include "datasets/cifar10_pickle.h"

#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "common/base/status_matchers.h"
#include "common/io/file.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace wgan {
namespace {

using testing::HasSubstr;

std::string TestFile(const std::string& name) { return *ReadFile("datasets/testdata/" + name); }

// testdata/make_small_data.py writes records 0 and 1 in the binary version, too.
TEST(Cifar10RecordsOfPickle, AgreesWithTheBinaryVersion) {
  WGAN_ASSERT_OK_AND_ASSIGN(const std::string records,
                            Cifar10RecordsOfPickle(TestFile("cifar-10-batches-py/data_batch_1")));
  EXPECT_TRUE(records == TestFile("cifar10_two_records.bin"));
}

TEST(Cifar10RecordsOfPickle, WrittenAgainByPython3) {
  WGAN_ASSERT_OK_AND_ASSIGN(const std::string records, Cifar10RecordsOfPickle(TestFile("cifar10_python3.pickle")));
  ASSERT_EQ(records.size(), 3073u);
  EXPECT_EQ(records[0], 7);
  for (int i = 0; i < 3072; ++i) {
    ASSERT_EQ(static_cast<unsigned char>(records[1 + i]), i / 1024 * 80 + (i % 1024 + 7) % 80) << i;
  }
}

TEST(Cifar10RecordsOfPickle, RefusesProgramsAndOtherData) {
  const std::string good = TestFile("cifar-10-batches-py/data_batch_1");
  const auto fails = [](const std::string& bytes, absl::StatusCode code, const std::string& why) {
    EXPECT_THAT(Cifar10RecordsOfPickle(bytes), StatusIs(code, HasSubstr(why)));
  };
  const auto replaced = [&good](absl::string_view from, absl::string_view to) {
    const std::string result = absl::StrReplaceAll(good, {{from, to}});
    EXPECT_NE(result, good);
    return result;
  };
  fails(replaced("cnumpy.core.multiarray\n_reconstruct\n", "cposix\nsystem\n"), absl::StatusCode::kPermissionDenied,
        "it refers to 'posix.system', which data do not need and which is not loaded");
  fails(replaced("cnumpy\nndarray\n", "cnumpy\nload\n"), absl::StatusCode::kPermissionDenied, "'numpy.load'");
  fails(good + "x", absl::StatusCode::kDataLoss, "bytes follow the pickle");
  fails("].", absl::StatusCode::kDataLoss, "no batch of CIFAR-10: it is no dict");
  fails(replaced("labels", "lebals"), absl::StatusCode::kDataLoss, "it has no list 'labels' or no 'data'");
  fails(replaced("u1", "i1"), absl::StatusCode::kDataLoss, "'data' is no array of bytes [2, 3072]");
  fails(replaced(absl::string_view("K\0K\1e", 5), absl::string_view("K\0K\1K\1e", 7)), absl::StatusCode::kDataLoss,
        "'data' is no array of bytes [3, 3072], as many as labels");
  fails(replaced(absl::string_view("K\0K\1e", 5), absl::string_view("K\0K\12e", 5)), absl::StatusCode::kDataLoss,
        "label 1 is 10; CIFAR-10's are 0 to 9");
}

TEST(Cifar10RecordsOfPickle, CutOffAnywhereIsAnError) {
  const std::string good = TestFile("cifar-10-batches-py/data_batch_1");
  for (size_t size = 0; size < good.size(); ++size) {
    ASSERT_FALSE(Cifar10RecordsOfPickle(absl::string_view(good).substr(0, size)).ok()) << size;
  }
}

}  // namespace
}  // namespace wgan
