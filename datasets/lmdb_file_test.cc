#include "datasets/lmdb_file.h"

#include <lmdb.h>

#include <filesystem>
#include <fstream>
#include <map>
#include <memory>
#include <string>

#include "absl/strings/str_cat.h"
#include "common/base/random_stream.h"
#include "common/base/status_matchers.h"
#include "common/io/file.h"
#include "common/io/sha256.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace wgan {
namespace {

using testing::AnyOf;
using testing::HasSubstr;

std::string TestFolder() {
  const std::string folder =
      absl::StrCat(testing::TempDir(), "/", testing::UnitTest::GetInstance()->current_test_info()->name());
  std::filesystem::remove_all(folder);
  std::filesystem::create_directories(folder);
  return folder;
}

absl::StatusOr<std::unique_ptr<const LmdbFile>> Open(const std::string& path) {
  return LmdbFile::Open(path, [](int64_t, int64_t) {});
}

// The library itself.
class Lmdb {
 public:
  explicit Lmdb(const std::string& folder, unsigned database_flags = 0) {
    EXPECT_EQ(mdb_env_create(&environment_), 0);
    EXPECT_EQ(mdb_env_set_mapsize(environment_, 64 << 20), 0);
    EXPECT_EQ(mdb_env_set_maxdbs(environment_, 4), 0);
    EXPECT_EQ(mdb_env_open(environment_, folder.c_str(), MDB_NOSYNC, 0644), 0);
    flags_ = database_flags;
  }
  ~Lmdb() { mdb_env_close(environment_); }

  // One transaction: `changes` from key to value, an empty value deletes.
  void Apply(const std::map<std::string, std::string>& changes, const char* name = nullptr) {
    MDB_txn* transaction;
    MDB_dbi database;
    ASSERT_EQ(mdb_txn_begin(environment_, nullptr, 0, &transaction), 0);
    ASSERT_EQ(mdb_dbi_open(transaction, name, MDB_CREATE | flags_, &database), 0);
    for (const auto& [key, value] : changes) {
      MDB_val k{key.size(), const_cast<char*>(key.data())}, v{value.size(), const_cast<char*>(value.data())};
      ASSERT_EQ(value.empty() ? mdb_del(transaction, database, &k, nullptr) : mdb_put(transaction, database, &k, &v, 0),
                0);
    }
    ASSERT_EQ(mdb_txn_commit(transaction), 0);
  }

 private:
  MDB_env* environment_ = nullptr;
  unsigned flags_ = 0;
};

std::string RandomText(RandomStream& random, uint32_t length) {
  std::string text(length, '\0');
  for (char& c : text) c = static_cast<char>(random.Below(256));
  return text;
}

// Databases written by the library, with deletions and so with free pages, small values and large ones.
TEST(LmdbFile, ReadsWhatTheLibraryWrote) {
  for (uint64_t round = 0; round < 5; ++round) {
    const std::string folder = TestFolder();
    RandomStream random(1, "lmdb", round);
    std::map<std::string, std::string> content;
    {
      Lmdb library(folder);
      for (int transaction = 0; transaction < 5; ++transaction) {
        std::map<std::string, std::string> changes;
        for (const auto& [key, value] : content) {
          if (random.Below(3) == 0) changes[key] = "";
        }
        for (uint32_t i = 0; i < 40u << round; ++i) {
          changes[RandomText(random, 1 + random.Below(60))] =
              RandomText(random, 1 + random.Below(random.Below(4) == 0 ? 20000 >> round : 300));
        }
        library.Apply(changes);
        for (const auto& [key, value] : changes) {
          if (value.empty()) {
            content.erase(key);
          } else {
            content[key] = value;
          }
        }
      }
    }
    WGAN_ASSERT_OK_AND_ASSIGN(const auto file, Open(folder + "/data.mdb"));
    ASSERT_EQ(file->size(), static_cast<int64_t>(content.size()));
    std::string lines;
    int64_t index = 0;
    for (const auto& [key, value] : content) {
      EXPECT_EQ(*file->Key(index), key);
      EXPECT_EQ(*file->Value(index), value);
      lines += absl::StrCat(key, absl::string_view("\0", 1), value.size(), "\n");
      ++index;
    }
    EXPECT_EQ(file->digest(), absl::StrCat("sha256:", Sha256Hex(lines)));
  }
}

TEST(LmdbFile, EmptyDatabase) {
  const std::string folder = TestFolder();
  Lmdb(folder).Apply({});
  WGAN_ASSERT_OK_AND_ASSIGN(const auto file, Open(folder + "/data.mdb"));
  EXPECT_EQ(file->size(), 0);
}

TEST(LmdbFile, NamedDatabasesAndDuplicatesAreRefused) {
  const std::string named = TestFolder() + "/named", duplicates = TestFolder() + "/duplicates";
  std::filesystem::create_directories(named);
  Lmdb(named).Apply({{"a", "1"}}, "inner");
  EXPECT_THAT(Open(named + "/data.mdb"), StatusIs(absl::StatusCode::kDataLoss, HasSubstr("a named database")));
  std::filesystem::create_directories(duplicates);
  Lmdb(duplicates, MDB_DUPSORT).Apply({{"a", "1"}});
  EXPECT_THAT(Open(duplicates + "/data.mdb"),
              StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("several values of a key")));
}

TEST(LmdbFile, OtherFiles) {
  const std::string path = TestFolder() + "/data.mdb";
  EXPECT_THAT(Open(path), StatusIs(absl::StatusCode::kNotFound, HasSubstr("data.mdb")));
  WGAN_ASSERT_OK(WriteFileAtomically(path, ""));
  EXPECT_THAT(Open(path), StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("has only 0 bytes")));
  WGAN_ASSERT_OK(WriteFileAtomically(path, std::string(10000, 'x')));
  EXPECT_THAT(Open(path), StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("does not begin as LMDB files")));
}

// Every length that is a multiple of 128 bytes, from the whole down: at least a page or a value is missing, and the
// error says so.
TEST(LmdbFile, CutOffFilesAreErrors) {
  WGAN_ASSERT_OK_AND_ASSIGN(const std::string whole,
                            ReadFile("datasets/testdata/photographs/lsun/bedroom_val_lmdb/data.mdb"));
  const std::string path = TestFolder() + "/data.mdb";
  WGAN_ASSERT_OK(WriteFileAtomically(path, whole));
  WGAN_ASSERT_OK_AND_ASSIGN(const auto intact, Open(path));
  int64_t opened = 0;
  for (size_t length = whole.size() - 128; length < whole.size(); length -= 128) {
    std::filesystem::resize_file(path, length);
    const auto file = Open(path);
    if (!file.ok()) {
      EXPECT_THAT(std::string(file.status().message()), AnyOf(HasSubstr("cut off"), HasSubstr("has only"),
                                                              HasSubstr("too many records"), HasSubstr("contradicts")))
          << length;
      continue;
    }
    ++opened;  // nothing but padding is missing
    for (int64_t index = 0; index < (*file)->size(); ++index) EXPECT_EQ(*(*file)->Value(index), *intact->Value(index));
  }
  EXPECT_LT(opened, 4096 / 128);
}

// A file that shrinks while it is open is an error, too.
TEST(LmdbFile, CutOffWhileOpen) {
  const std::string path = TestFolder() + "/data.mdb";
  std::filesystem::copy("datasets/testdata/photographs/lsun/bedroom_val_lmdb/data.mdb", path);
  std::filesystem::permissions(path, std::filesystem::perms::owner_all);
  WGAN_ASSERT_OK_AND_ASSIGN(const auto file, Open(path));
  std::filesystem::resize_file(path, 0);
  EXPECT_THAT(file->Value(0), StatusIs(absl::StatusCode::kDataLoss, HasSubstr("cut off at")));
}

// A branch that leads back to the root must not be followed for ever.
TEST(LmdbFile, CyclesAreErrors) {
  const std::string folder = TestFolder();
  std::map<std::string, std::string> content;
  for (int i = 0; i < 2000; ++i) content[absl::StrCat(10000 + i)] = std::string(60, 'v');
  Lmdb(folder).Apply(content);
  WGAN_ASSERT_OK_AND_ASSIGN(std::string bytes, ReadFile(folder + "/data.mdb"));
  constexpr size_t kPage = 4096;
  size_t branch = 0;
  for (size_t page = 2; page < bytes.size() / kPage; ++page) {
    if (bytes[page * kPage + 10] == 1) branch = page;
  }
  ASSERT_GT(branch, 0);
  const size_t node =
      static_cast<uint8_t>(bytes[branch * kPage + 16]) + 256 * static_cast<uint8_t>(bytes[branch * kPage + 17]);
  bytes[branch * kPage + node] = static_cast<char>(branch);
  bytes[branch * kPage + node + 1] = static_cast<char>(branch >> 8);
  WGAN_ASSERT_OK(WriteFileAtomically(folder + "/data.mdb", bytes));
  EXPECT_THAT(Open(folder + "/data.mdb"), StatusIs(absl::StatusCode::kDataLoss, HasSubstr("it is used twice")));
}

// Flipped bits in the heads of pages, where they do harm; what the library does with such files is to crash.
TEST(LmdbFile, DamagedPagesAreErrorsOrLeaveOtherRecords) {
  WGAN_ASSERT_OK_AND_ASSIGN(const std::string whole,
                            ReadFile("datasets/testdata/photographs/lsun/bedroom_val_lmdb/data.mdb"));
  const std::string path = TestFolder() + "/data.mdb";
  int64_t opened = 0, refused = 0;
  for (uint64_t k = 0; k < 1000; ++k) {
    RandomStream random(1, "damage", k);
    std::string bytes = whole;
    for (int change = 0; change < 2; ++change) {
      const size_t page = random.Below(static_cast<uint32_t>(bytes.size() / 4096));
      bytes[page * 4096 + random.Below(200)] ^= static_cast<char>(1 << random.Below(8));
    }
    std::ofstream(path, std::ios::binary) << bytes;  // not synced to the disk
    const auto file = Open(path);
    ++(file.ok() ? opened : refused);
    for (int64_t index = 0; file.ok() && index < (*file)->size(); ++index) {
      const auto value = (*file)->Value(index);
      EXPECT_LE(value.ok() ? value->size() : 0, bytes.size());
    }
  }
  EXPECT_GT(opened, 0);  // damage inside values is not seen
  EXPECT_GT(refused, 0);
}

}  // namespace
}  // namespace wgan
