#include "common/io/pickle.h"

#include <string>

#include "common/base/status_matchers.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace wgan {
namespace {

using testing::HasSubstr;

bool NoGlobals(absl::string_view) { return false; }

TEST(ParsePickle, Numbers) {
  const auto integer = [](const std::string& pickle) {
    return ParsePickle(pickle + ".", NoGlobals)->values[0].integer;
  };
  EXPECT_EQ(integer("J\xfb\xff\xff\xff"), -5);
  EXPECT_EQ(integer("K\xff"), 255);
  EXPECT_EQ(integer("M\xff\xff"), 65535);
  EXPECT_EQ(integer("\x8a\x01\xff"), -1);
  EXPECT_EQ(integer(std::string("\x8a\x02\xff\x00", 4)), 255);
  EXPECT_EQ(integer(std::string("\x8a\x00", 2)), 0);
  WGAN_ASSERT_OK_AND_ASSIGN(const Pickle real, ParsePickle(std::string("G\xc0\x04\0\0\0\0\0\0.", 10), NoGlobals));
  EXPECT_EQ(real.at(real.root).real, -2.5);
}

// {b'labels': [3, 8]} as Python 2 writes it with protocol 2, memo and all.
TEST(ParsePickle, DictOfAList) {
  const std::string bytes =
      "\x80\x02}q\x01U\x06"
      "labelsq\x02]q\x03(K\x03K\x08"
      "es.";
  WGAN_ASSERT_OK_AND_ASSIGN(const Pickle pickle, ParsePickle(bytes, NoGlobals));
  EXPECT_EQ(pickle.size, bytes.size());
  const PickleValue& dict = pickle.at(pickle.root);
  ASSERT_EQ(dict.kind, PickleValue::Kind::kDict);
  EXPECT_EQ(pickle.at(dict.items[0]).text, "labels");
  const PickleValue& list = pickle.at(dict.items[1]);
  ASSERT_EQ(list.items.size(), 2u);
  EXPECT_EQ(pickle.at(list.items[1]).integer, 8);
}

TEST(ParsePickle, RefusesGlobalsBeforeWhatFollows) {
  EXPECT_THAT(ParsePickle("cos\nsystem\n(U\x02ls", NoGlobals),
              StatusIs(absl::StatusCode::kPermissionDenied,
                       "byte 0 of a pickle: it refers to 'os.system', which data do not need and which is not loaded"));
}

// A megabyte of NONE operations would be a hundred of values.
TEST(ParsePickle, BoundsTheValues) {
  EXPECT_THAT(ParsePickle("(" + std::string(1 << 20, 'N') + "t.", NoGlobals, 1000),
              StatusIs(absl::StatusCode::kDataLoss, HasSubstr("it has more than 1000 values")));
}

}  // namespace
}  // namespace wgan
