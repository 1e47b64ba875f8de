#include "common/io/pth.h"

#include <cstdlib>
#include <cstring>
#include <map>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/base/status_matchers.h"
#include "common/io/file.h"
#include "common/io/pth_zip.h"
#include "gtest/gtest.h"

namespace wgan {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

std::string TestFile(const std::string& name) { return ReadFile("common/io/testdata/" + name).value(); }

std::vector<std::string> Names(const NpzArrays& arrays) {
  std::vector<std::string> names;
  for (const auto& [name, array] : arrays) names.push_back(name);
  return names;
}

// ----------------------------------------------------------------------------------------- what PyTorch writes

class PthFormTest : public testing::TestWithParam<const char*> {};

TEST_P(PthFormTest, ReadsAllKindsOfTensors) {
  WGAN_ASSERT_OK_AND_ASSIGN(const NpzArrays all, ParsePth(TestFile(GetParam())));
  EXPECT_THAT(all.at("history.0").ToDoubles(), ElementsAre(9));
  const NpzArrays state = Unwrapped(all, "state_dict");
  EXPECT_THAT(Names(state), ElementsAre("base", "brain", "bytes", "count", "doubles", "flags", "half", "last_column",
                                        "none", "small", "transposed", "weight"));
  EXPECT_THAT(state.at("weight").ToDoubles(), ElementsAre(0, 1, 2, 3, 4, 5));
  EXPECT_THAT(state.at("weight").shape, ElementsAre(2, 3));
  EXPECT_THAT(state.at("transposed").ToDoubles(), ElementsAre(0, 3, 1, 4, 2, 5));
  EXPECT_THAT(state.at("transposed").shape, ElementsAre(3, 2));
  EXPECT_THAT(state.at("last_column").ToDoubles(), ElementsAre(2, 5));
  EXPECT_THAT(state.at("doubles").ToDoubles(), ElementsAre(1.5, -2.25));
  EXPECT_THAT(state.at("count").ToDoubles(), ElementsAre(7));
  EXPECT_THAT(state.at("count").shape, IsEmpty());
  EXPECT_EQ(state.at("count").type, ElementType::kI64);
  EXPECT_THAT(state.at("small").ToDoubles(), ElementsAre(-3, 4));
  EXPECT_THAT(state.at("bytes").ToDoubles(), ElementsAre(0, 255));
  EXPECT_THAT(state.at("flags").ToDoubles(), ElementsAre(1, 0));
  EXPECT_THAT(state.at("half").ToDoubles(), ElementsAre(1.5, -0.25, 0x1p-24, HUGE_VAL));
  EXPECT_EQ(state.at("half").type, ElementType::kF32);
  EXPECT_THAT(state.at("brain").ToDoubles(), ElementsAre(1.5, -3));
  EXPECT_THAT(state.at("none").shape, ElementsAre(0, 3));
}

INSTANTIATE_TEST_SUITE_P(Forms, PthFormTest, testing::Values("pth_zip.pth", "pth_legacy.pth"),
                         [](const auto& info) { return info.index == 0 ? "Zip" : "Legacy"; });

TEST(PthTest, ReadsTheAttributesOfTorchScriptModules) {
  WGAN_ASSERT_OK_AND_ASSIGN(const NpzArrays arrays, ParsePth(TestFile("pth_script.pt")));
  EXPECT_THAT(Names(arrays), ElementsAre("layers.first.mean", "layers.first.weight"));
  EXPECT_THAT(arrays.at("layers.first.mean").ToDoubles(), ElementsAre(0.5, -0.5));
  EXPECT_THAT(arrays.at("layers.first.weight").shape, ElementsAre(2, 2));
}

TEST(PthTest, FileErrorsNameThePath) {
  EXPECT_THAT(ReadPth("no/such.pth"), StatusIs(absl::StatusCode::kNotFound, HasSubstr("no/such.pth")));
  const std::string path = absl::StrCat(std::getenv("TEST_TMPDIR"), "/text.pth");
  WGAN_ASSERT_OK(WriteFileAtomically(path, "<html>quota exceeded</html>"));
  EXPECT_THAT(ReadPth(path), StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("text.pth: not a file that")));
}

TEST(UnwrappedTest, TakesThePartOrEverything) {
  NpzArrays arrays;
  arrays["a.x"].shape = {1};
  arrays["ab"].shape = {2};
  EXPECT_THAT(Names(Unwrapped(arrays, "a")), ElementsAre("x"));
  EXPECT_THAT(Names(Unwrapped(arrays, "b")), ElementsAre("a.x", "ab"));
}

// ------------------------------------------------------------------------------------------- what is hostile

std::string Number(uint64_t value, int bytes) {
  std::string text;
  for (int i = 0; i < bytes; ++i) text.push_back(static_cast<char>(value >> (8 * i)));
  return text;
}

uint32_t Crc(const std::string& bytes) {
  uint32_t crc = ~0u;
  for (char byte : bytes) {
    crc ^= static_cast<uint8_t>(byte);
    for (int bit = 0; bit < 8; ++bit) crc = (crc >> 1) ^ (crc & 1 ? 0xedb88320u : 0);
  }
  return ~crc;
}

// A zip archive of stored entries with right checksums: the hostile part is in the pickle.
std::string Zip(const std::map<std::string, std::string>& entries) {
  std::string file, directory;
  for (const auto& [name, content] : entries) {
    const std::string common = Number(20, 2) + Number(0, 8) + Number(Crc(content), 4) + Number(content.size(), 4) +
                               Number(content.size(), 4) + Number(name.size(), 2) + Number(0, 2);
    directory += "PK\1\2" + Number(20, 2) + common + Number(0, 10) + Number(file.size(), 4) + name;
    file += "PK\3\4" + common + name + content;
  }
  return file + directory + std::string("PK\5\6\0\0\0\0", 8) + Number(entries.size(), 2) + Number(entries.size(), 2) +
         Number(directory.size(), 4) + Number(file.size(), 4) + Number(0, 2);
}

std::string WithPickle(const std::string& pickle, const std::string& storage = std::string(16, '\0')) {
  return Zip({{"a/data.pkl", "\x80\x02" + pickle + "."}, {"a/data/0", storage}});
}

std::string Text(const std::string& text) { return "X" + Number(text.size(), 4) + text; }
std::string Int(int32_t value) { return "J" + Number(static_cast<uint32_t>(value), 4); }

// {'w': tensor} with what a pickle can lie about. Numbers are pickled ones.
std::string Tensor(const std::string& elements, const std::string& offset, const std::string& shape,
                   const std::string& strides, const std::string& type = "FloatStorage", const std::string& key = "0") {
  return "}" + Text("w") + "ctorch._utils\n_rebuild_tensor_v2\n((" + Text("storage") + "ctorch\n" + type + "\n" +
         Text(key) + Text("cpu") + elements + "tQ" + offset + "(" + shape + "t(" + strides +
         "t\x89"
         "ccollections\nOrderedDict\n)RtRs";
}

TEST(PthHostileTest, HonestHandMadeFileIsRead) {
  WGAN_ASSERT_OK_AND_ASSIGN(const NpzArrays arrays, ParsePth(WithPickle(Tensor(Int(4), Int(1), Int(3), Int(1)))));
  EXPECT_THAT(arrays.at("w").ToDoubles(), ElementsAre(0, 0, 0));
}

TEST(PthHostileTest, NoCallOutsideTheList) {
  const std::string command = Text("touch ran");
  for (const std::string& pickle :
       std::vector<std::string>{"cos\nsystem\n(" + command + "tR", "cposix\nsystem\n" + command + "\x85R",
                                "cbuiltins\neval\n" + command + "\x85R", "c__builtin__\nexec\n" + command + "\x85R",
                                "csubprocess\nPopen\n" + command + "\x85R", "ctorch\nload\n" + command + "\x85R",
                                "ctorch._utils\n_rebuild_tensor_v2.__globals__\n)R",
                                Text("os") + Text("system") + "\x93" + command + "\x85R",
                                "}" + Text("w") + "cnumpy.core.multiarray\n_reconstruct\n)Rs",
                                std::string("cmymodel\nGenerator\n)\x81}b")}) {
    EXPECT_THAT(ParsePth(WithPickle(pickle)),
                StatusIs(absl::StatusCode::kPermissionDenied, HasSubstr("which is not loaded")))
        << pickle;
  }
  EXPECT_THAT(ParsePth(WithPickle("cos\nsystem\n(" + command + "tR")).status().message(),
              AllOf(HasSubstr("'os.system'"), HasSubstr("save its state_dict() instead")));
  EXPECT_FALSE(FileExists("ran"));
  // Old operations that import, too: INST and OBJ; and EXT and text forms.
  for (const char* pickle : {"(S'touch ran'\nios\nsystem\n", "(cos\nsystem\no", "\x82\x01", "I1\n", "Ptext\n"}) {
    EXPECT_THAT(ParsePth(WithPickle(pickle)), Not(IsOk())) << pickle;
  }
}

TEST(PthHostileTest, TensorsStayWithinTheirStorage) {
  const auto refused = [](const std::string& pickle, const char* why) {
    EXPECT_THAT(ParsePth(WithPickle(pickle)), StatusIs(absl::StatusCode::kDataLoss, HasSubstr(why)));
  };
  refused(Tensor(Int(4), Int(2), Int(3), Int(1)), "beyond its storage of 4");
  refused(Tensor(Int(4), Int(0), Int(2), Int(4)), "beyond its storage");
  refused(Tensor(Int(5), Int(0), Int(1), Int(1)), "claims 5 numbers and has 16 bytes");
  refused(Tensor(Int(-1), Int(0), Int(1), Int(1)), "claims -1");
  refused(Tensor(Int(4), Int(-1), Int(1), Int(1)), "offset");
  refused(Tensor(Int(4), Int(0), Int(-1), Int(1)), "shape");
  refused(Tensor(Int(4), Int(1), Int(2), Int(-1)), "shape");
  refused(Tensor(Int(4), Int(0), Int(1), Int(1) + Int(1)), "strides");
  refused(Tensor(Int(4), Int(0), Text("x"), Int(1)), "shape");
  refused(Tensor(Int(4), Int(0), Int(1), Int(1), "FloatStorage", "1"), "no entry 'a/data/1'");
  refused(Tensor(Int(4), Int(0), Int(1), Int(1), "FloatStorage", "../../etc/passwd"), "no entry");
  const std::string huge = std::string("\x8a\x08") + Number(int64_t{1} << 62, 8);
  refused(Tensor(Int(4), Int(0), huge, huge), "absurd");
  refused(Tensor(Int(4), Int(0), huge + huge, Int(0) + Int(0)), "absurd");
  // 2^30 floats made of one by strides of 0.
  refused(Tensor(Int(4), Int(0), Int(1 << 30), Int(0)), "far larger than the file");
  EXPECT_THAT(ParsePth(WithPickle(Tensor(Int(4), Int(0), Int(1), Int(1), "Size"))),
              StatusIs(absl::StatusCode::kUnimplemented, HasSubstr("torch.Size")));
  EXPECT_THAT(ParsePth(WithPickle(Tensor(Int(4), Int(0), Int(4), Int(1), "BoolStorage"), std::string("\1\2\0\1", 4))),
              StatusIs(absl::StatusCode::kDataLoss, HasSubstr("neither 0 nor 1")));
}

TEST(PthHostileTest, DeepAndSharedValues) {
  // A million nested lists, and a dict that holds itself.
  std::string deep;
  for (int i = 0; i < 1000000; ++i) deep += "](";
  EXPECT_THAT(ParsePth(WithPickle(deep)), Not(IsOk()));
  std::string nested = "N";
  for (int i = 0; i < 1000000; ++i) nested += "\x85";
  EXPECT_THAT(ParsePth(WithPickle(nested)), StatusIs(absl::StatusCode::kDataLoss, HasSubstr("nested")));
  EXPECT_THAT(ParsePth(WithPickle("}q\1" + Text("me") + "h\1s")),
              StatusIs(absl::StatusCode::kDataLoss, HasSubstr("nested")));
  // Each tuple holds the one before ten times: 10^40 paths.
  std::string laughs = "N";
  for (int level = 0; level < 40; ++level) {
    laughs += "q";
    laughs += static_cast<char>(level);
    laughs += "0(";
    for (int copy = 0; copy < 10; ++copy) laughs += std::string("h") + static_cast<char>(level);
    laughs += "t";
  }
  EXPECT_THAT(ParsePth(WithPickle(laughs)), StatusIs(absl::StatusCode::kDataLoss, HasSubstr("nested")));
}

TEST(PthHostileTest, PicklesThatMakeNoSense) {
  for (const char* pickle : {"",
                             "0",
                             "a",
                             "s",
                             "u",
                             "e",
                             "t",
                             "R",
                             "b",
                             "Q",
                             "q\1",
                             "h\1",
                             "]]",
                             "Na",
                             "NNs",
                             "}(Nu",
                             "NNR",
                             ")N\x81",
                             "NNb",
                             "(",
                             "X\xff\xff\xff\xff",
                             "\x8d\xff\xff\xff\xff\xff\xff\xff\xff",
                             "cos",
                             "M\1",
                             "\x95\1",
                             "NN\x93"}) {
    EXPECT_THAT(ParsePth(WithPickle(pickle)), Not(IsOk())) << pickle;
  }
}

// Every truncation is an error; a flipped bit is one or changes nothing that counts, and never more.
TEST(PthHostileTest, EveryTruncation) {
  for (const char* name : {"pth_zip.pth", "pth_legacy.pth", "pth_script.pt"}) {
    const std::string whole = TestFile(name);
    for (size_t size = 0; size < whole.size(); ++size) {
      ASSERT_THAT(ParsePth(absl::string_view(whole).substr(0, size)), Not(IsOk())) << name << " " << size;
    }
    EXPECT_THAT(ParsePth(whole), IsOk());
  }
}

TEST(PthHostileTest, EveryFlippedBitOfAZipIsFoundOrHarmless) {
  for (const char* name : {"pth_zip.pth", "pth_script.pt"}) {
    const std::string whole = TestFile(name);
    WGAN_ASSERT_OK_AND_ASSIGN(const NpzArrays expected, ParsePth(whole));
    for (size_t bit = 0; bit < 8 * whole.size(); ++bit) {
      std::string flipped = whole;
      flipped[bit / 8] ^= static_cast<char>(1 << (bit % 8));
      const absl::StatusOr<NpzArrays> arrays = ParsePth(flipped);
      if (!arrays.ok()) continue;
      ASSERT_EQ(Names(*arrays), Names(expected)) << name << " bit " << bit;
      for (const auto& [key, array] : *arrays) {
        ASSERT_EQ(array.data, expected.at(key).data) << name << " bit " << bit;
        ASSERT_EQ(array.shape, expected.at(key).shape) << name << " bit " << bit;
      }
    }
  }
}

TEST(PthHostileTest, FlippedBitsOfTheOldFormDoNoHarm) {  // it has no checksums: other numbers are all one can ask
  const std::string whole = TestFile("pth_legacy.pth");
  for (size_t bit = 0; bit < 8 * whole.size(); ++bit) {
    std::string flipped = whole;
    flipped[bit / 8] ^= static_cast<char>(1 << (bit % 8));
    const absl::StatusOr<NpzArrays> arrays = ParsePth(flipped);
    size_t bytes = 0;
    if (arrays.ok()) {
      for (const auto& [key, array] : *arrays) bytes += array.data.size();
    }
    ASSERT_LT(bytes, size_t{1} << 20) << bit;
  }
}

TEST(PthZipTest, RefusesWhatDoesNotFit) {
  const std::string good = Zip({{"a/data.pkl", "x"}, {"a/data/0", "y"}});
  WGAN_ASSERT_OK_AND_ASSIGN(const auto entries, ParsePthZip(good));
  EXPECT_EQ(entries.at("a/data/0").data, "y");
  std::string other_name = good;
  other_name[30] = 'b';  // in the first local header
  EXPECT_THAT(ParsePthZip(other_name), StatusIs(absl::StatusCode::kDataLoss, HasSubstr("another name")));
  std::string beyond = good;
  beyond[good.size() - 6] = 127;  // where the directory begins
  EXPECT_THAT(ParsePthZip(beyond), StatusIs(absl::StatusCode::kDataLoss, HasSubstr("not where it should be")));
  EXPECT_THAT(ParsePthZip(good.substr(0, 10)), StatusIs(absl::StatusCode::kDataLoss, HasSubstr("too short")));
  EXPECT_THAT(ParsePth("PK\3\4"), Not(IsOk()));
  EXPECT_THAT(ParsePth(Zip({{"x", "y"}})), StatusIs(absl::StatusCode::kDataLoss, HasSubstr("without data.pkl")));
}

}  // namespace
}  // namespace wgan
