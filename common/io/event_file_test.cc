#include "common/io/event_file.h"

#include <cmath>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "common/base/status_matchers.h"
#include "common/io/crc32c.h"
#include "common/io/event.pb.h"
#include "common/io/file.h"
#include "common/io/image_codec.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace wgan {
namespace {

using tensorboard::Event;
using ::testing::MatchesRegex;

uint64_t LittleEndian(absl::string_view bytes) {
  uint64_t value = 0;
  for (size_t i = 0; i < bytes.size(); ++i) value |= uint64_t{static_cast<uint8_t>(bytes[i])} << (8 * i);
  return value;
}

// Takes a file apart into its events and checks both CRCs of each record.
std::vector<Event> ReadEvents(const std::string& path) {
  const std::string bytes = ReadFile(path).value();
  absl::string_view rest = bytes;
  std::vector<Event> events;
  while (!rest.empty()) {
    EXPECT_GE(rest.size(), 16u);
    const uint64_t length = LittleEndian(rest.substr(0, 8));
    EXPECT_EQ(LittleEndian(rest.substr(8, 4)), MaskCrc32c(Crc32c(rest.substr(0, 8))));
    EXPECT_LE(length + 16, rest.size());
    const absl::string_view data = rest.substr(12, length);
    EXPECT_EQ(LittleEndian(rest.substr(12 + length, 4)), MaskCrc32c(Crc32c(data)));
    EXPECT_TRUE(events.emplace_back().ParseFromString(std::string(data)));
    rest.remove_prefix(16 + length);
  }
  return events;
}

std::string FreshDirectory() {
  return JoinPath(testing::TempDir(), testing::UnitTest::GetInstance()->current_test_info()->name());
}

// The first event of a file: field 3 (tag 0x1A) of 13 bytes. The record is what RecordWriter of the Python package
// tensorboard 2.21.0 (tensorboard.summary.writer.record_writer) makes of it.
TEST(TfRecordTest, KnownBytes) {
  const std::string event = absl::StrCat("\x1A\x0D", "brain.Event:2");
  EXPECT_EQ(absl::BytesToHexString(TfRecord(event)),
            absl::StrCat("0f00000000000000", "6d532b09", absl::BytesToHexString(event), "fc985129"));
}

TEST(EventFileTest, FieldNumbersAreThoseOfTensorFlow) {
  Event event;
  event.set_wall_time(1.0);
  event.set_step(5);
  auto* value = event.mutable_summary()->add_value();
  value->set_tag("a");
  value->set_simple_value(1.0f);
  // 1: double 1.0; 2: varint 5; 5: message {1: message {1: "a", 2: float 1.0}}.
  EXPECT_EQ(absl::BytesToHexString(event.SerializeAsString()),
            "09000000000000f03f"
            "1005"
            "2a0a0a08"
            "0a0161"
            "150000803f");
  Event start;
  start.mutable_session_log()->set_status(tensorboard::SessionLog::START);
  EXPECT_EQ(absl::BytesToHexString(start.SerializeAsString()), "3a020801");
  tensorboard::Summary::Value picture;
  picture.mutable_image()->set_height(1);
  picture.mutable_image()->set_width(2);
  picture.mutable_image()->set_colorspace(3);
  picture.mutable_image()->set_encoded_image_string("x");
  EXPECT_EQ(absl::BytesToHexString(picture.SerializeAsString()),
            "2209"
            "0801"
            "1002"
            "1803"
            "220178");
}

TEST(EventFileTest, WhatIsAddedIsRead) {
  const Image image = {1, 2, 3, {1, 2, 3, 4, 5, 6}};
  WGAN_ASSERT_OK_AND_ASSIGN(EventFile file, EventFile::Create(FreshDirectory(), 1, 1700000000.5));
  WGAN_ASSERT_OK(file.AddScalars(1, {{"losses/critic", 0.1}, {"wd", -2.0}}, 1700000001.25));
  WGAN_ASSERT_OK(file.AddScalars(2, {{"wd", std::nan("")}}, 1700000002));
  WGAN_ASSERT_OK(file.AddImage(2, "fake_samples", image, 1700000003));
  EXPECT_EQ(ReadEvents(file.path()).size(), 2u);  // the rest is buffered
  WGAN_ASSERT_OK(file.Sync());

  const std::vector<Event> events = ReadEvents(file.path());
  ASSERT_EQ(events.size(), 5u);
  EXPECT_EQ(events[0].file_version(), "brain.Event:2");
  EXPECT_EQ(events[0].wall_time(), 1700000000.5);
  EXPECT_EQ(events[1].session_log().status(), tensorboard::SessionLog::START);
  EXPECT_EQ(events[1].step(), 1);
  EXPECT_EQ(events[2].step(), 1);
  EXPECT_EQ(events[2].wall_time(), 1700000001.25);
  ASSERT_EQ(events[2].summary().value_size(), 2);
  EXPECT_EQ(events[2].summary().value(0).tag(), "losses/critic");
  EXPECT_EQ(events[2].summary().value(0).simple_value(), 0.1f);
  EXPECT_EQ(events[2].summary().value(1).simple_value(), -2.0f);
  EXPECT_TRUE(std::isnan(events[3].summary().value(0).simple_value()));
  const tensorboard::Summary::Image& picture = events[4].summary().value(0).image();
  EXPECT_EQ(events[4].summary().value(0).tag(), "fake_samples");
  EXPECT_EQ(picture.height(), 1);
  EXPECT_EQ(picture.width(), 2);
  EXPECT_EQ(picture.colorspace(), 3);
  EXPECT_EQ(DecodeImage(picture.encoded_image_string()).value(), image);
}

TEST(EventFileTest, ResumedSessionsSortBehindEarlierOnesAndSayWhereTheyStart) {
  const std::string directory = FreshDirectory();
  for (const auto& [first_step, wall_time] : {std::pair(1, 1700000000.0),       //
                                              std::pair(101, 1700000000.9),     // within the same second
                                              std::pair(201, 1600000000.0)}) {  // another machine, a wrong clock
    WGAN_ASSERT_OK(EventFile::Create(directory, first_step, wall_time));
  }
  WGAN_ASSERT_OK_AND_ASSIGN(const std::vector<std::string> names, ListDirectory(directory));
  ASSERT_EQ(names.size(), 3u);
  for (int i = 0; i < 3; ++i) {
    EXPECT_THAT(names[i],
                MatchesRegex("events\\.out\\.tfevents\\.170000000" + std::to_string(i) + "\\..+\\.[0-9]+\\.[0-9]+"));
    EXPECT_EQ(ReadEvents(JoinPath(directory, names[i])).at(1).step(), 100 * i + 1);
  }
}

TEST(EventFileTest, UnusableFolderIsAnError) {
  const std::string path = FreshDirectory();
  WGAN_ASSERT_OK(WriteFileAtomically(path, "a file"));
  EXPECT_THAT(EventFile::Create(path, 1, 0).status(), testing::Not(IsOk()));
}

}  // namespace
}  // namespace wgan
