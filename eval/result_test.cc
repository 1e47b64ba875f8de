#include "eval/result.h"

#include <string>

#include "common/base/status_matchers.h"
#include "common/config/text_proto.h"
#include "common/io/file.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace wgan {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

template <typename T>
T Parse(const std::string& text) {
  T message;
  WGAN_EXPECT_OK(ParseTextProto(text, "test", &message));
  return message;
}

ResultSet MakeSet() {
  ResultSet set;
  WGAN_EXPECT_OK(set.Add(Parse<Result>(R"pb(
                           run: "lp"
                           scale: "cpu"
                           data { stand_in: true description: "drawn portraits" }
                           runs {
                             seed: 3
                             series {
                               name: "em"
                               iterations: [ 1, 11, 21 ]
                               values: [ 4, 2, 1 ]
                             }
                             series {
                               name: "loss"
                               iterations: [ 1, 2, 11, 21 ]
                               values: [ 1, 5, 2, 3 ]
                             }
                             arrays { name: "level" iteration: 10 path: "a" }
                             arrays { name: "level" iteration: 50 path: "b" }
                           }
                           runs {
                             seed: 4
                             series {
                               name: "em"
                               iterations: [ 1, 11 ]
                               values: [ 6, 8 ]
                             }
                             series {
                               name: "loss"
                               iterations: [ 1, 11 ]
                               values: [ 0, 0 ]
                             }
                           })pb"),
                         "/results/lp"));
  return set;
}

TEST(ResultSetTest, FindsRunsByName) {
  ResultSet set = MakeSet();
  WGAN_ASSERT_OK_AND_ASSIGN(const Result* result, set.Find("lp"));
  EXPECT_EQ(result->runs_size(), 2);
  EXPECT_EQ(set.Path("lp", "seed3/x"), "/results/lp/seed3/x");
  EXPECT_THAT(set.Find("lq").status().message(),
              AllOf(HasSubstr("names the run \"lq\""), HasSubstr("did you mean lp")));
  EXPECT_THAT(set.Add(Parse<Result>("run: 'lp'"), "").message(), HasSubstr("two results are of the run lp"));
}

TEST(ResultSetTest, LoadSaysWhichFileIsNoResult) {
  const std::string folder = ::testing::TempDir();
  WGAN_ASSERT_OK(WriteFileAtomically(JoinPath(folder, "result.pb"), "\xff no proto"));
  EXPECT_THAT(ResultSet::Load({folder}).status().message(), HasSubstr("result.pb is not a result"));
  WGAN_ASSERT_OK(WriteFileAtomically(JoinPath(folder, "result.pb"), Parse<Result>("run: 'x'").SerializeAsString()));
  WGAN_ASSERT_OK_AND_ASSIGN(const ResultSet set, ResultSet::Load({folder}));
  EXPECT_EQ(set.results().count("x"), 1u);
}

TEST(SeriesTest, ScalesAddsCutsAndSmooths) {
  const ResultSet set = MakeSet();
  WGAN_ASSERT_OK_AND_ASSIGN(std::vector<Curve> curves,
                            SeriesOfSeeds(set, Parse<SeriesRef>("run: 'lp' series: 'em' factor: -1")));
  EXPECT_EQ(curves[0], (Curve{{1, 11, 21}, {-4, -2, -1}}));
  EXPECT_EQ(curves[1], (Curve{{1, 11}, {-6, -8}}));
  // em + 10 loss where both are: 4 + 10, 2 + 20, 1 + 30.
  WGAN_ASSERT_OK_AND_ASSIGN(
      curves, SeriesOfSeeds(set, Parse<SeriesRef>("run: 'lp' series: 'em' plus { series: 'loss' factor: 10 }")));
  EXPECT_EQ(curves[0], (Curve{{1, 11, 21}, {14, 22, 31}}));
  // [2, 21) of the loss: 5, 2.
  WGAN_ASSERT_OK_AND_ASSIGN(curves, SeriesOfSeeds(set, Parse<SeriesRef>("run: 'lp' series: 'loss' from: 2 until: 21")));
  EXPECT_EQ(curves[0], (Curve{{2, 11}, {5, 2}}));
  EXPECT_EQ(curves[1], (Curve{{11}, {0}}));
  // Means of the values and their neighbours.
  WGAN_ASSERT_OK_AND_ASSIGN(curves, SeriesOfSeeds(set, Parse<SeriesRef>("run: 'lp' series: 'loss' smooth: 3")));
  EXPECT_EQ(curves[0], (Curve{{1, 2, 11, 21}, {3, 8.0 / 3, 10.0 / 3, 2.5}}));
}

TEST(SeriesTest, WindowsAfterAShareOfTheRun) {
  ResultSet set;
  WGAN_ASSERT_OK(set.Add(Parse<Result>(R"pb(
                           run: "lp"
                           iterations: 40
                           runs {
                             seed: 3
                             series {
                               name: "score"
                               iterations: [ 10, 20, 30, 40 ]
                               values: [ 1, 2, 3, 4 ]
                             }
                           })pb"),
                         ""));
  WGAN_ASSERT_OK_AND_ASSIGN(const std::vector<Curve> half,
                            SeriesOfSeeds(set, Parse<SeriesRef>("run: 'lp' series: 'score' after_share: 0.5")));
  EXPECT_EQ(half[0], (Curve{{30, 40}, {3, 4}}));
  EXPECT_THAT(SeriesOfSeeds(set, Parse<SeriesRef>("run: 'lp' series: 'score' after_share: 0.5 from: 3")),
              StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("after_share must be in [0, 1)")));
  EXPECT_THAT(SeriesOfSeeds(set, Parse<SeriesRef>("run: 'lp' series: 'score' after_share: 1")),
              StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("after_share must be in [0, 1)")));
}

TEST(SeriesTest, AMissingSeriesIsNamed) {
  const absl::Status status = SeriesOfSeeds(MakeSet(), Parse<SeriesRef>("run: 'lp' series: 'los'")).status();
  EXPECT_THAT(status, StatusIs(absl::StatusCode::kNotFound, AllOf(HasSubstr("run lp, seed 3 has no series \"los\""),
                                                                  HasSubstr("did you mean loss"))));
  EXPECT_THAT(SeriesOfSeeds(MakeSet(), Parse<SeriesRef>("run: 'lp' series: 'em' smooth: 0")).status().message(),
              HasSubstr("smooth is 0"));
}

TEST(ArrayTest, TheIterationOrTheLastBeforeItOrTheFirst) {
  const ResultSet set = MakeSet();
  const SeedRun& run = set.results().at("lp").runs(0);
  EXPECT_EQ(ChooseArray(run, "level", 50)->path(), "b");
  EXPECT_EQ(ChooseArray(run, "level", 49)->path(), "a");
  EXPECT_EQ(ChooseArray(run, "level", 1000)->path(), "b");
  EXPECT_EQ(ChooseArray(run, "level", 5)->path(), "a");
  EXPECT_EQ(ChooseArray(run, "level", -1)->path(), "b");
  EXPECT_THAT(ChooseArray(run, "levels", 1).status().message(), HasSubstr("did you mean level?"));
}

TEST(ArrayTest, SeedZeroIsTheFirst) {
  const ResultSet set = MakeSet();
  EXPECT_EQ((*FindSeed(set.results().at("lp"), 0))->seed(), 3u);
  EXPECT_EQ((*FindSeed(set.results().at("lp"), 4))->seed(), 4u);
  EXPECT_THAT(FindSeed(set.results().at("lp"), 5).status().message(), HasSubstr("no seed 5"));
}

TEST(ArrayTest, ConvertsNumbers) {
  const float floats[] = {1.5f, -2};
  const uint8_t bytes[] = {255, 0};
  WGAN_ASSERT_OK_AND_ASSIGN(NumberArray array,
                            ToNumbers({"f", ElementType::kF32, {1, 2}, {reinterpret_cast<const char*>(floats), 8}}));
  EXPECT_THAT(array.shape, ElementsAre(1, 2));
  EXPECT_THAT(array.values, ElementsAre(1.5, -2));
  WGAN_ASSERT_OK_AND_ASSIGN(array, ToNumbers({"u", ElementType::kU8, {2}, {reinterpret_cast<const char*>(bytes), 2}}));
  EXPECT_THAT(array.values, ElementsAre(255, 0));
  EXPECT_THAT(ToNumbers({"b", ElementType::kBool, {2}, {reinterpret_cast<const char*>(bytes), 2}}).status().message(),
              HasSubstr("\"b\" does not hold numbers"));
}

TEST(CaptionTest, SaysScaleSeedsAndStandIns) {
  ResultSet set = MakeSet();
  EXPECT_EQ(ScaleAndSeeds(set), "scale cpu, 2 seeds");
  EXPECT_THAT(StandIns(set), ElementsAre("drawn portraits"));
  WGAN_ASSERT_OK(set.Add(Parse<Result>("run: 'gp' scale: 'cpu' runs { seed: 3 }"), ""));
  EXPECT_EQ(ScaleAndSeeds(set), "scale cpu, 1 to 2 seeds");
  ResultSet analysis;
  WGAN_ASSERT_OK(analysis.Add(Parse<Result>("run: 'a' analysis: true runs { seed: 0 }"), ""));
  EXPECT_EQ(ScaleAndSeeds(analysis), "");
  EXPECT_THAT(StandIns(analysis), IsEmpty());
}

}  // namespace
}  // namespace wgan
