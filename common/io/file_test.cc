#include "common/io/file.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <string>
#include <utility>
#include <vector>

#include "common/base/status_matchers.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace wgan {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

class FileTest : public ::testing::Test {
 protected:
  void SetUp() override {
    const testing::TestInfo* test = testing::UnitTest::GetInstance()->current_test_info();
    directory_ = JoinPath(testing::TempDir(), std::string("file_test_") + test->name());
    WGAN_ASSERT_OK(CreateDirectories(directory_));
  }

  std::string Path(const std::string& name) const { return JoinPath(directory_, name); }

  std::vector<std::string> Names() const { return ListDirectory(directory_).value(); }

  std::string directory_;
};

// All 256 byte values, so that no text mode or string end can hide.
std::string AllBytes(int repeats) {
  std::string bytes;
  for (int i = 0; i < 256 * repeats; ++i) bytes.push_back(static_cast<char>(i));
  return bytes;
}

TEST_F(FileTest, WhatIsWrittenIsRead) {
  for (const std::string& bytes : {std::string(), std::string("x"), AllBytes(1), AllBytes(5000)}) {
    WGAN_ASSERT_OK(WriteFileAtomically(Path("a"), bytes));
    WGAN_ASSERT_OK_AND_ASSIGN(const std::string read, ReadFile(Path("a")));
    EXPECT_EQ(read, bytes);
    EXPECT_EQ(FileSize(Path("a")).value(), static_cast<int64_t>(bytes.size()));
  }
  EXPECT_THAT(Names(), ElementsAre("a"));
}

TEST_F(FileTest, ReadsFilesThatDoNotKnowTheirSize) {
  WGAN_ASSERT_OK_AND_ASSIGN(const std::string status, ReadFile("/proc/self/status"));
  EXPECT_THAT(status, HasSubstr("Pid:"));
}

TEST_F(FileTest, ReadErrorsNameThePathAndTheReason) {
  EXPECT_THAT(ReadFile(Path("none")), StatusIs(absl::StatusCode::kNotFound, HasSubstr("none")));
  EXPECT_THAT(ReadFile(Path("none")), StatusIs(absl::StatusCode::kNotFound, HasSubstr("No such file")));
  EXPECT_THAT(ReadFile(directory_), StatusIs(absl::StatusCode::kFailedPrecondition, HasSubstr("Is a directory")));
  EXPECT_THAT(FileSize(Path("none")), StatusIs(absl::StatusCode::kNotFound, HasSubstr("none")));
  EXPECT_THAT(FileSize(directory_), StatusIs(absl::StatusCode::kFailedPrecondition, HasSubstr("directory")));
  EXPECT_THAT(ListDirectory(Path("none")), StatusIs(absl::StatusCode::kNotFound, HasSubstr("none")));
}

TEST_F(FileTest, WriteIntoMissingFolderIsAnError) {
  EXPECT_THAT(WriteFileAtomically(Path("none/a"), "x"), StatusIs(absl::StatusCode::kNotFound, HasSubstr("none/a")));
  EXPECT_THAT(Names(), IsEmpty());
}

TEST_F(FileTest, WriteOverFolderLeavesItAndNoTemporary) {
  WGAN_ASSERT_OK(CreateDirectories(Path("folder/inner")));
  EXPECT_THAT(WriteFileAtomically(Path("folder"), "x"),
              StatusIs(absl::StatusCode::kFailedPrecondition, HasSubstr("Is a directory")));
  EXPECT_THAT(Names(), ElementsAre("folder"));
  EXPECT_TRUE(DirectoryExists(Path("folder/inner")));
}

TEST_F(FileTest, WriteIntoFolderWithoutPermissionLeavesTheOldFile) {
  if (geteuid() == 0) GTEST_SKIP() << "root may write everywhere";
  WGAN_ASSERT_OK(WriteFileAtomically(Path("a"), "old"));
  ASSERT_EQ(chmod(directory_.c_str(), 0555), 0);
  EXPECT_THAT(WriteFileAtomically(Path("a"), "new"), StatusIs(absl::StatusCode::kPermissionDenied, HasSubstr("'")));
  ASSERT_EQ(chmod(directory_.c_str(), 0755), 0);
  EXPECT_EQ(ReadFile(Path("a")).value(), "old");
  EXPECT_THAT(Names(), ElementsAre("a"));
}

// No file of this process may grow over `bytes` while it lives, which makes write(2) first fall short and then fail
// with EFBIG, as a full disk does with ENOSPC.
class ScopedFileSizeLimit {
 public:
  explicit ScopedFileSizeLimit(rlim_t bytes) {
    old_handler_ = signal(SIGXFSZ, SIG_IGN);
    getrlimit(RLIMIT_FSIZE, &old_limit_);
    const rlimit limit = {bytes, old_limit_.rlim_max};
    setrlimit(RLIMIT_FSIZE, &limit);
  }
  ~ScopedFileSizeLimit() {
    setrlimit(RLIMIT_FSIZE, &old_limit_);
    signal(SIGXFSZ, old_handler_);
  }

 private:
  rlimit old_limit_;
  void (*old_handler_)(int);
};

TEST_F(FileTest, ShortWriteLeavesTheOldFileAndNoTemporary) {
  WGAN_ASSERT_OK(WriteFileAtomically(Path("a"), "old"));
  absl::Status status;
  {
    ScopedFileSizeLimit limit(1000);
    status = WriteFileAtomically(Path("a"), AllBytes(10));
  }
  EXPECT_THAT(status, Not(IsOk()));
  EXPECT_THAT(std::string(status.message()), HasSubstr(Path("a") + "': File too large"));
  EXPECT_EQ(ReadFile(Path("a")).value(), "old");
  EXPECT_THAT(Names(), ElementsAre("a"));
}

TEST_F(FileTest, TemporaryNameLeftByAKilledProcessOfOurNumberIsNotReused) {
  // In a container process numbers repeat: a resumed run may have the number of the run that was killed.
  WGAN_ASSERT_OK(WriteFileAtomically(Path("a"), "1"));
  const std::string prefix = Path("a") + ".tmp." + std::to_string(getpid()) + ".";
  for (int counter = 0; counter < 100; ++counter) {
    const int descriptor = open((prefix + std::to_string(counter)).c_str(), O_WRONLY | O_CREAT, 0644);
    ASSERT_GE(descriptor, 0);
    close(descriptor);
  }
  WGAN_ASSERT_OK(WriteFileAtomically(Path("a"), "2"));
  EXPECT_EQ(ReadFile(Path("a")).value(), "2");
  EXPECT_EQ(Names().size(), 101u);  // nobody else's file was taken
}

TEST_F(FileTest, DescriptorsAreNotInherited) {
  WGAN_ASSERT_OK_AND_ASSIGN(AppendFile file, AppendFile::Open(Path("log"), 0));
  WGAN_ASSERT_OK_AND_ASSIGN(const std::vector<std::string> descriptors, ListDirectory("/proc/self/fd"));
  int found = 0;
  for (const std::string& descriptor : descriptors) {
    char target[4096];
    const ssize_t size = readlink(("/proc/self/fd/" + descriptor).c_str(), target, sizeof(target));
    if (size < 0 || std::string(target, size).find("DescriptorsAreNotInherited/log") == std::string::npos) continue;
    ++found;
    EXPECT_NE(fcntl(std::stoi(descriptor), F_GETFD) & FD_CLOEXEC, 0);
  }
  EXPECT_EQ(found, 1);
}

TEST(IsTemporaryNameTest, TellsOursFromOthers) {
  EXPECT_TRUE(IsTemporaryName("weights.safetensors.tmp.123.0"));
  EXPECT_TRUE(IsTemporaryName("/run/a.tmp.tmp.1.22"));
  EXPECT_FALSE(IsTemporaryName("weights.safetensors"));
  EXPECT_FALSE(IsTemporaryName("notes.tmp.txt"));
  EXPECT_FALSE(IsTemporaryName("a.tmp.1"));
  EXPECT_FALSE(IsTemporaryName("a.tmp.1.2.png"));
}

TEST_F(FileTest, FoldersAreCreatedWithParents) {
  WGAN_EXPECT_OK(CreateDirectories(Path("x/y/z")));
  WGAN_EXPECT_OK(CreateDirectories(Path("x/y/z/")));  // again
  EXPECT_TRUE(DirectoryExists(Path("x/y/z")));
  EXPECT_FALSE(FileExists(Path("x/y/z")));
  WGAN_ASSERT_OK(WriteFileAtomically(Path("file"), ""));
  EXPECT_TRUE(FileExists(Path("file")));
  EXPECT_FALSE(DirectoryExists(Path("file")));
  EXPECT_THAT(CreateDirectories(Path("file")), StatusIs(absl::StatusCode::kFailedPrecondition, HasSubstr("file")));
  EXPECT_THAT(CreateDirectories(Path("file/below")), Not(IsOk()));
}

TEST_F(FileTest, ListIsSortedBytewise) {
  for (const char* name : {"b", "B", "a10", "a2", ".hidden"}) WGAN_ASSERT_OK(WriteFileAtomically(Path(name), ""));
  EXPECT_THAT(Names(), ElementsAre(".hidden", "B", "a10", "a2", "b"));
}

TEST(JoinPathTest, PutsOneSlash) {
  EXPECT_EQ(JoinPath("a", "b"), "a/b");
  EXPECT_EQ(JoinPath("a/", "b/c"), "a/b/c");
  EXPECT_EQ(JoinPath("", "b"), "b");
  EXPECT_EQ(JoinPath("/", "b"), "/b");
  EXPECT_EQ(JoinPath("a", "/b"), "/b");
}

TEST_F(FileTest, AppendedTextIsSeenAfterFlush) {
  WGAN_ASSERT_OK_AND_ASSIGN(AppendFile file, AppendFile::Open(Path("log"), 0));
  WGAN_ASSERT_OK(file.Append("one\n"));
  EXPECT_EQ(ReadFile(Path("log")).value(), "");
  WGAN_ASSERT_OK(file.Flush());
  EXPECT_EQ(ReadFile(Path("log")).value(), "one\n");
  WGAN_ASSERT_OK(file.Append("two\n"));
  EXPECT_EQ(file.Sync().value(), 8);
  EXPECT_EQ(ReadFile(Path("log")).value(), "one\ntwo\n");
}

TEST_F(FileTest, AppendedTextIsSeenAfterTheEndAndAfterMoves) {
  {
    WGAN_ASSERT_OK_AND_ASSIGN(AppendFile file, AppendFile::Open(Path("log"), 0));
    WGAN_ASSERT_OK(file.Append("a"));
    AppendFile moved = std::move(file);
    WGAN_ASSERT_OK(moved.Append("b"));
    WGAN_ASSERT_OK_AND_ASSIGN(AppendFile other, AppendFile::Open(Path("other"), 0));
    WGAN_ASSERT_OK(other.Append("kept"));
    other = std::move(moved);
    EXPECT_EQ(ReadFile(Path("other")).value(), "kept");
    WGAN_ASSERT_OK(other.Append("c"));
  }
  EXPECT_EQ(ReadFile(Path("log")).value(), "abc");
}

TEST_F(FileTest, ResumeCutsWhatCameAfterTheCheckpoint) {
  WGAN_ASSERT_OK(WriteFileAtomically(Path("log"), "1\n2\n3\n4"));
  {
    WGAN_ASSERT_OK_AND_ASSIGN(AppendFile file, AppendFile::Open(Path("log"), 4));
    WGAN_ASSERT_OK(file.Append("drei\n"));
    EXPECT_EQ(file.Sync().value(), 9);
  }
  EXPECT_EQ(ReadFile(Path("log")).value(), "1\n2\ndrei\n");
}

TEST_F(FileTest, ResumeOfAShorterFileIsDataLoss) {
  WGAN_ASSERT_OK(WriteFileAtomically(Path("log"), "123"));
  EXPECT_THAT(AppendFile::Open(Path("log"), 4), StatusIs(absl::StatusCode::kDataLoss, HasSubstr("has 3 bytes")));
  EXPECT_EQ(ReadFile(Path("log")).value(), "123");
  EXPECT_THAT(AppendFile::Open(Path("none/log"), 0), StatusIs(absl::StatusCode::kNotFound, HasSubstr("none/log")));
}

TEST_F(FileTest, AppendGoesOnAfterAFullDiskWithoutLossOrRepetition) {
  const std::string text = AllBytes(10);
  WGAN_ASSERT_OK_AND_ASSIGN(AppendFile file, AppendFile::Open(Path("log"), 0));
  WGAN_ASSERT_OK(file.Append(text));
  {
    ScopedFileSizeLimit limit(1000);
    EXPECT_THAT(file.Flush(), Not(IsOk()));
    EXPECT_THAT(file.Sync(), Not(IsOk()));
  }
  EXPECT_EQ(ReadFile(Path("log")).value(), text.substr(0, 1000));
  WGAN_ASSERT_OK(file.Append("end"));
  EXPECT_EQ(file.Sync().value(), 2563);
  EXPECT_EQ(ReadFile(Path("log")).value(), text + "end");
}

TEST_F(FileTest, MuchAppendedTextIsWrittenWithoutFlush) {
  WGAN_ASSERT_OK_AND_ASSIGN(AppendFile file, AppendFile::Open(Path("log"), 0));
  for (int i = 0; i < 5; ++i) WGAN_ASSERT_OK(file.Append(AllBytes(1024)));
  EXPECT_GE(FileSize(Path("log")).value(), 1 << 20);
}

}  // namespace
}  // namespace wgan
