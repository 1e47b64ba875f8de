#include "eval/report_content.h"

#include <string>

#include "common/base/status_matchers.h"
#include "common/io/file.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace wgan {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

class ReportContentTest : public ::testing::Test {
 protected:
  void SetUp() override {
    folder_ = JoinPath(::testing::TempDir(), ::testing::UnitTest::GetInstance()->current_test_info()->name());
    WGAN_ASSERT_OK(CreateDirectories(folder_));
  }
  std::string Write(const std::string& name, const std::string& text) {
    const std::string path = JoinPath(folder_, name);
    WGAN_EXPECT_OK(WriteFileAtomically(path, text));
    return path;
  }
  // The list with one artefact, whose members are `members`.
  std::string List(const std::string& members) { return Write("list.json", "{\"artefacts\": [{" + members + "}]}"); }
  std::string Error(const std::string& path) { return std::string(ReadReportContent(path).status().message()); }

  std::string folder_;
};

TEST_F(ReportContentTest, ReadsWhatWasMadeAndWhatWasNot) {
  const std::string json = Write("figure5.json", "{\"title\": \"T\"}");
  const std::string svg = Write("figure5.svg", "<svg/>"), png = Write("figure5.png", "P");
  const std::string csv = Write("figure5.csv", "a,b\n");
  const std::string list = Write("list.json", R"({"title": "All", "papers": {"papers/p": "Paper P"}, "artefacts": [
        {"kind": "figure", "label": "//papers/p:figure5", "about": ["figure:5"], "files": [")" +
                                                  svg + R"(", ")" + png + R"(", ")" + csv + R"(", ")" + json + R"("]},
        {"kind": "claim", "label": "//papers/p:c", "about": [], "files": []}]})");
  WGAN_ASSERT_OK_AND_ASSIGN(const ReportContent content, ReadReportContent(list));
  EXPECT_EQ(content.title, "All");
  EXPECT_EQ(content.papers.at("papers/p"), "Paper P");
  ASSERT_EQ(content.artefacts.size(), 2);
  const ReportArtefact& figure = content.artefacts[0];
  EXPECT_EQ(figure.kind, ReportArtefact::Kind::kFigure);
  EXPECT_EQ(figure.package, "papers/p");
  EXPECT_EQ(figure.name, "figure5");
  EXPECT_THAT(figure.about, ElementsAre("figure:5"));
  EXPECT_TRUE(figure.built);
  EXPECT_EQ(figure.svg, "<svg/>");
  EXPECT_EQ(figure.png, "P");
  EXPECT_EQ(figure.json["title"], "T");
  EXPECT_EQ(content.artefacts[1].kind, ReportArtefact::Kind::kClaim);
  EXPECT_FALSE(content.artefacts[1].built);
}

TEST_F(ReportContentTest, SaysWhatIsWrong) {
  EXPECT_THAT(Error(folder_ + "/nothing.json"), HasSubstr("nothing.json"));
  EXPECT_THAT(Error(Write("list.json", "[]")), HasSubstr("list.json: not a JSON object"));
  EXPECT_THAT(Error(Write("list.json", "{}")), HasSubstr("\"artefacts\" is missing"));
  EXPECT_THAT(Error(List(R"("kind": "claim", "label": "c")")), HasSubstr("\"c\" is not a label"));
  EXPECT_THAT(Error(List(R"("kind": "poem", "label": "//p:c")")), HasSubstr("//p:c: the kind \"poem\""));
  const std::string broken = Write("broken.json", "{");
  EXPECT_THAT(Error(List(R"("kind": "claim", "label": "//p:c", "files": [")" + broken + "\"]")),
              HasSubstr("broken.json: not a JSON object"));
  const std::string json = Write("good.json", "{}");
  EXPECT_THAT(Error(List(R"("kind": "figure", "label": "//p:c", "files": [")" + json + "\"]")),
              HasSubstr("needs an SVG and a PNG file"));
}

}  // namespace
}  // namespace wgan
