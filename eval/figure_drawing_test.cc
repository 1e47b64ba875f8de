#include "eval/figure_drawing.h"

#include <string>
#include <vector>

#include "common/base/status_matchers.h"
#include "common/config/text_proto.h"
#include "common/io/file.h"
#include "common/io/image_codec.h"
#include "common/io/safetensors.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace wgan {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

using Rows = std::vector<std::vector<double>>;

template <typename T>
T Parse(const std::string& text) {
  T message;
  WGAN_EXPECT_OK(ParseTextProto(text, "test", &message));
  return message;
}

class DrawingTest : public ::testing::Test {
 protected:
  void SetUp() override {
    folder_ = JoinPath(::testing::TempDir(), ::testing::UnitTest::GetInstance()->current_test_info()->name());
    WGAN_ASSERT_OK(CreateDirectories(folder_));
    WGAN_ASSERT_OK(set_.Add(Parse<Result>(R"pb(
                              run: "lp"
                              scale: "cpu"
                              data { stand_in: true description: "drawn" }
                              runs {
                                seed: 1
                                series {
                                  name: "em"
                                  iterations: [ 1, 2, 3 ]
                                  values: [ 1, 2, 9 ]
                                }
                                arrays { name: "set" iteration: 10 path: "ten.safetensors" }
                                images: "seed1/images/fake_samples_000002.png"
                                images: "fake_samples_000005.png"
                              }
                              runs {
                                seed: 2
                                series {
                                  name: "em"
                                  iterations: [ 1, 2, 3 ]
                                  values: [ 3, 4, 5 ]
                                }
                              })pb"),
                            folder_));
    WGAN_ASSERT_OK(set_.Add(Parse<Result>(R"pb(
                              run: "step_times"
                              analysis: true
                              runs {
                                seed: 0
                                series {
                                  name: "lp_seconds"
                                  iterations: [ 0 ]
                                  values: [ 3 ]
                                }
                              })pb"),
                            folder_));
    const std::vector<float> grid = {0, 1, 2, 0, 1, 2};
    const std::vector<double> points = {1, 2, 3, 4}, arrows = {0, 0, 1, -2}, lines = {0, 0, 1, 1, 5, 5, 6, 6};
    WGAN_ASSERT_OK(WriteSafetensors(
        JoinPath(folder_, "ten.safetensors"),
        {View("grid", ElementType::kF32, {2, 3}, grid), View("points", ElementType::kF64, {2, 2}, points),
         View("arrows", ElementType::kF64, {1, 4}, arrows), View("lines", ElementType::kF64, {2, 2, 2}, lines)},
        {}));
    Image image = Image::Black(1, 2, 3);
    image.at(0, 1, 0) = 200;
    WGAN_ASSERT_OK(WriteFileAtomically(JoinPath(folder_, "fake_samples_000005.png"), EncodePng(image).value()));
  }
  template <typename T>
  static ArrayView View(const char* name, ElementType type, std::vector<int64_t> shape, const std::vector<T>& values) {
    return {name, type, std::move(shape), {reinterpret_cast<const char*>(values.data()), values.size() * sizeof(T)}};
  }
  // The marks of a panel with these layers.
  std::vector<Mark> Marks(const std::string& layers) {
    const FigureSpec spec = Parse<FigureSpec>("title: 'T' source: 'Figure 1' panels { title: 'P' " + layers + " }");
    absl::StatusOr<Drawing> drawing = MakeDrawing(spec, set_);
    WGAN_EXPECT_OK(drawing);
    if (!drawing.ok()) return {};
    drawing_ = *drawing;
    return drawing_.panels[0].marks;
  }
  std::string Error(const std::string& layers) {
    const FigureSpec spec = Parse<FigureSpec>("panels { " + layers + " }");
    return std::string(MakeDrawing(spec, set_).status().message());
  }

  std::string folder_;
  ResultSet set_;
  Drawing drawing_;
};

TEST_F(DrawingTest, MedianAndBand) {
  const std::vector<Mark> marks =
      Marks("layers { label: 'LP' curves { series { run: 'lp' series: 'em' } extremes: true } }");
  ASSERT_EQ(marks.size(), 4u);
  EXPECT_EQ(marks[0].kind, Mark::Kind::kBand);
  EXPECT_EQ(marks[0].rows, (Rows{{1, 1.5, 2.5}, {2, 2.5, 3.5}, {3, 6, 8}}));
  EXPECT_EQ(marks[1].rows, (Rows{{1, 2}, {2, 3}, {3, 7}}));
  EXPECT_EQ(marks[1].legend, "LP");
  EXPECT_EQ(marks[0].legend, "");
  EXPECT_EQ(marks[2].rows, (Rows{{1, 1}, {2, 2}, {3, 5}}));
  EXPECT_EQ(marks[3].rows, (Rows{{1, 3}, {2, 4}, {3, 9}}));
  EXPECT_EQ(marks[0].color, marks[1].color);
  EXPECT_EQ(drawing_.title, "T");
  EXPECT_EQ(drawing_.subtitle, "Figure 1, scale cpu, 2 seeds\nstand-in data: drawn");
}

TEST_F(DrawingTest, SingleRunsAreOneMark) {
  const std::vector<Mark> marks = Marks("layers { curves { series { run: 'lp' series: 'em' } style: SINGLE_RUNS } }");
  ASSERT_EQ(marks.size(), 1u);
  EXPECT_EQ(marks[0].rows, (Rows{{1, 1}, {2, 2}, {3, 9}, {}, {1, 3}, {2, 4}, {3, 5}, {}}));
  EXPECT_LT(marks[0].opacity, 1);
}

TEST_F(DrawingTest, AMovingMeanIsDrawnOverTheCurve) {
  const std::vector<Mark> marks =
      Marks("layers { curves { series { run: 'lp' series: 'em' } style: MEDIAN moving_mean: 3 } }");
  ASSERT_EQ(marks.size(), 2u);
  EXPECT_EQ(marks[0].rows, (Rows{{1, 2}, {2, 3}, {3, 7}}));
  EXPECT_LT(marks[0].opacity, 1);
  EXPECT_EQ(marks[1].rows, (Rows{{1, 2.5}, {2, 4}, {3, 5}}));
  EXPECT_EQ(marks[1].name, "median, moving mean of 3");
}

TEST_F(DrawingTest, CurvesStandAgainstTheWorkOfTheirIterations) {
  const std::string curve = "curves { series { run: 'lp' series: 'em' } extremes: true ";
  const std::vector<Mark> marks = Marks("layers { " + curve +
                                        "of_an_iteration { of { run: 'step_times' series: 'lp_seconds' factor: 0.5 } "
                                        "kind: LAST } } } layers { " +
                                        curve + "} }");
  ASSERT_EQ(marks.size(), 8u);
  EXPECT_EQ(marks[0].rows, (Rows{{1.5, 1.5, 2.5}, {3, 2.5, 3.5}, {4.5, 6, 8}}));
  EXPECT_EQ(marks[1].rows, (Rows{{1.5, 2}, {3, 3}, {4.5, 7}}));
  EXPECT_EQ(marks[3].rows, (Rows{{1.5, 3}, {3, 4}, {4.5, 9}}));
  EXPECT_EQ(marks[5].rows, (Rows{{1, 2}, {2, 3}, {3, 7}}));  // of another layer
}

TEST_F(DrawingTest, ColorsAreThoseNamedOrTheNextFreeOnes) {
  const std::string curve = "curves { series { run: 'lp' series: 'em' } style: MEDIAN }";
  const std::vector<Mark> marks =
      Marks("layers { " + curve + " } layers { color: BLUE " + curve + "} layers { " + curve + " }");
  EXPECT_EQ(marks[0].color, "d55e00");  // blue is taken by name
  EXPECT_EQ(marks[1].color, "0072b2");
  EXPECT_EQ(marks[2].color, "009e73");
}

TEST_F(DrawingTest, LevelSetsInTheGridsCoordinates) {
  // The function is the column; x from -1 to 1, so column 0.5 is -0.5 and column 1.5 is 0.5.
  const std::vector<Mark> marks = Marks(R"pb(layers {
                                               level_sets {
                                                 grid { run: 'lp' array: 'set' tensor: 'grid' iteration: 10 }
                                                 levels: 2
                                                 x_from: -1
                                                 x_to: 1
                                                 y_from: 0
                                                 y_to: 4
                                               }
                                             })pb");
  ASSERT_EQ(marks.size(), 2u);
  EXPECT_EQ(marks[0].name, "level 0.5");
  EXPECT_THAT(marks[0].rows,
              ::testing::UnorderedElementsAre(ElementsAre(-0.5, 0), ElementsAre(-0.5, 4), ElementsAre()));
  EXPECT_EQ(marks[0].color, "440154");
  EXPECT_EQ(marks[1].color, "fde725");
  EXPECT_EQ(drawing_.panels[0].title, "P");
}

TEST_F(DrawingTest, AnotherIterationIsNamed) {
  Marks("layers { points { points { run: 'lp' array: 'set' tensor: 'points' iteration: 500 } } }");
  EXPECT_EQ(drawing_.panels[0].title, "P, shown: iteration 10");
}

TEST_F(DrawingTest, PointsLinesArrowsHeatmaps) {
  const std::string array = "{ run: 'lp' array: 'set' tensor: ";
  std::vector<Mark> marks = Marks("layers { label: 'L' points { points " + array + "'points' } } }");
  EXPECT_EQ(marks[0].rows, (Rows{{1, 2}, {3, 4}}));
  EXPECT_EQ(marks[0].legend, "L");
  marks = Marks("layers { lines { points " + array + "'lines' } } }");
  EXPECT_EQ(marks[0].rows, (Rows{{0, 0}, {1, 1}, {}, {5, 5}, {6, 6}}));
  marks = Marks("layers { arrows { length: 0.5 arrows " + array + "'arrows' } } }");
  EXPECT_EQ(marks[0].rows, (Rows{{0, 0, 0.5, -1}}));
  marks = Marks("layers { heatmap { x_from: 0 x_to: 4 y_from: 7 y_to: 8 grid " + array + "'grid' } } }");
  EXPECT_EQ(marks[0].rows, (Rows{{0, 7, 0}, {2, 7, 1}, {4, 7, 2}, {0, 8, 0}, {2, 8, 1}, {4, 8, 2}}));
}

TEST_F(DrawingTest, PicturesHideTheAxes) {
  const std::vector<Mark> marks = Marks("layers { picture { run: 'lp' image: 'fake_samples' } }");
  EXPECT_EQ(marks[0].rows, (Rows{{0, 0, 0, 0, 0}, {1, 0, 200, 0, 0}}));
  EXPECT_TRUE(drawing_.panels[0].x.hidden());
  EXPECT_TRUE(drawing_.panels[0].equal_axes);
  // Pixels are in the picture's own file.
  EXPECT_EQ(DrawingCsv(drawing_), absl::StrCat("panel,title,mark,kind,piece,x,y,y2,dx,dy,value\n1,P,", marks[0].name,
                                               ",picture,1,2,1,,,,\n"));
}

TEST_F(DrawingTest, ErrorsNameThePanelAndWhatIsMissing) {
  EXPECT_THAT(Error("layers {}"), HasSubstr("panel 1: a layer says nothing"));
  EXPECT_THAT(Error("layers { curves { series { run: 'lp' series: 'en' } } }"), HasSubstr("did you mean em?"));
  EXPECT_THAT(Error("layers { points { points { run: 'lp' array: 'sets' tensor: 'points' } } }"),
              HasSubstr("did you mean set?"));
  EXPECT_THAT(Error("layers { points { points { run: 'lp' array: 'set' tensor: 'point' } } }"),
              AllOf(HasSubstr("has no tensor \"point\""), HasSubstr("arrows, grid, lines, points")));
  EXPECT_THAT(Error("layers { points { points { run: 'lp' array: 'set' tensor: 'grid' } } }"),
              HasSubstr("has the shape [2, 3]; it should be [n, 2]"));
  EXPECT_THAT(Error("layers { curves { series { run: 'lp' series: 'em' } "
                    "of_an_iteration { of { run: 'lp' series: 'em' } kind: LAST } } }"),
              HasSubstr("of_an_iteration: last of em, lp is 2 numbers, not one"));
  EXPECT_THAT(Error("layers { picture { run: 'lp' image: 'real' } }"), HasSubstr("left no picture real"));
  EXPECT_THAT(MakeDrawing(FigureSpec(), set_).status().message(), HasSubstr("needs panels"));
}

TEST_F(DrawingTest, CsvHoldsAllThatIsPlotted) {
  Marks(R"pb(layers {
               label: "LP"
               curves { series { run: 'lp' series: 'em' from: 3 } }
             }
             layers { lines { points { run: 'lp' array: 'set' tensor: 'lines' } } })pb");
  EXPECT_EQ(DrawingCsv(drawing_),
            "panel,title,mark,kind,piece,x,y,y2,dx,dy,value\n"
            "1,P,LP: 25% to 75%,band,1,3,6,8,,,\n"
            "1,P,LP: median,line,1,3,7,,,,\n"
            "1,P,line,line,1,0,0,,,,\n"
            "1,P,line,line,1,1,1,,,,\n"
            "1,P,line,line,2,5,5,,,,\n"
            "1,P,line,line,2,6,6,,,,\n");
}

}  // namespace
}  // namespace wgan
