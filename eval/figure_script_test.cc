#include "eval/figure_script.h"

#include <cmath>
#include <cstdlib>
#include <string>

#include "common/base/status_matchers.h"
#include "common/config/config_file.h"
#include "common/io/file.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace wgan {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;

std::string gnuplot_program;

// Every kind of mark once, and a panel without data.
Drawing EveryKind() {
  Drawing drawing{"Title \"quoted\"", "Figure 1, scale cpu, 2 seeds", 2, 300, 200, {}};
  const auto mark = [](Mark::Kind kind, std::vector<std::vector<double>> rows) {
    Mark mark;
    mark.kind = kind;
    mark.color = "0072b2";
    mark.rows = std::move(rows);
    return mark;
  };
  DrawnPanel curves;
  curves.title = "Curves";
  curves.x.set_label("iteration");
  curves.y.set_label("EM_distance");
  curves.y.set_logarithmic(true);
  curves.marks = {mark(Mark::Kind::kBand, {{1, 1, 3}, {2, 2, 4}}), mark(Mark::Kind::kLine, {{1, 2}, {2, NAN}, {3, 3}}),
                  mark(Mark::Kind::kDots, {{1, 1}, {}, {2, 4}})};
  curves.marks[0].opacity = 0.3;
  curves.marks[1].legend = "LP";
  curves.marks[1].dash = Layer::DASHED;
  DrawnPanel plane;
  plane.title = "Plane";
  plane.equal_axes = true;
  plane.x.set_from(-2);
  plane.x.set_to(2);
  plane.marks = {mark(Mark::Kind::kHeatmap, {{0, 0, 1}, {1, 0, 2}, {0, 1, 3}, {1, 1, 4}}),
                 mark(Mark::Kind::kArrows, {{0, 0, 1, 0.5}})};
  DrawnPanel picture;
  picture.x.set_hidden(true);
  picture.y.set_hidden(true);
  picture.marks = {
      mark(Mark::Kind::kPicture, {{0, 0, 255, 0, 0}, {1, 0, 0, 255, 0}, {0, 1, 0, 0, 255}, {1, 1, 0, 0, 0}})};
  DrawnPanel empty;
  empty.title = "Empty";
  empty.marks = {mark(Mark::Kind::kLine, {{1, NAN}}), mark(Mark::Kind::kLine, {})};
  drawing.panels = {curves, plane, picture, empty};
  return drawing;
}

// After a wanted change of the script: bazel run //eval:figure_script_test -- --update, and look at the difference.
TEST(ScriptTest, IsTheGoldenOne) {
  const std::string script = GnuplotScript(EveryKind(), FigureFormat::kPng, "out.png");
  const std::string golden = "eval/testdata/figure_script.golden.gp";
  if (const char* root = std::getenv("UPDATE_GOLDEN_IN")) {
    WGAN_ASSERT_OK(WriteFileAtomically(JoinPath(root, golden), script));
  }
  EXPECT_EQ(script, ReadFile(LocateRunfile(golden).value()).value());
}

TEST(ScriptTest, GnuplotDrawsIt) {
  for (const auto& [format, name, start] :
       {std::tuple(FigureFormat::kPng, "out.png", "\x89PNG"), std::tuple(FigureFormat::kSvg, "out.svg", "<?xml")}) {
    const std::string output = JoinPath(::testing::TempDir(), name);
    WGAN_ASSERT_OK(RunGnuplot(gnuplot_program, GnuplotScript(EveryKind(), format, output)));
    const std::string first = ReadFile(output).value();
    EXPECT_THAT(first, StartsWith(start));
    WGAN_ASSERT_OK(RunGnuplot(gnuplot_program, GnuplotScript(EveryKind(), format, output)));
    EXPECT_TRUE(ReadFile(output).value() == first) << name << " differs from run to run";
  }
  EXPECT_THAT(ReadFile(JoinPath(::testing::TempDir(), "out.svg")).value(), HasSubstr("no data at this scale"));
}

TEST(ScriptTest, GnuplotsWordsAreInTheError) {
  EXPECT_THAT(RunGnuplot(gnuplot_program, "plot nonsense_\n").message(), HasSubstr("nonsense_"));
  EXPECT_THAT(RunGnuplot("/no/such/gnuplot", "").message(), HasSubstr("/no/such/gnuplot"));
  EXPECT_THAT(GnuplotVersion(gnuplot_program).value(), StartsWith("gnuplot 5."));
}

}  // namespace
}  // namespace wgan

int main(int argc, char** argv) {
  ::testing::InitGoogleTest(&argc, argv);
  wgan::gnuplot_program = argv[1];
  if (argc > 2 && std::string(argv[2]) == "--update") {
    setenv("UPDATE_GOLDEN_IN", std::getenv("BUILD_WORKSPACE_DIRECTORY"), 1);
  }
  return RUN_ALL_TESTS();
}
