#include "eval/result_from_runs.h"

#include <cmath>
#include <string>

#include "common/base/status_matchers.h"
#include "common/io/file.h"
#include "eval/result.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace wgan {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

class ResultFromRunsTest : public ::testing::Test {
 protected:
  void SetUp() override {
    root_ = JoinPath(::testing::TempDir(), ::testing::UnitTest::GetInstance()->current_test_info()->name());
  }
  void Write(const std::string& run, const std::string& file, const std::string& text) {
    const std::string path = JoinPath(JoinPath(root_, run), file);
    WGAN_ASSERT_OK(CreateDirectories(path.substr(0, path.rfind('/'))));
    WGAN_ASSERT_OK(WriteFileAtomically(path, text));
  }
  // A finished run with `seed` on the machine `cpu`.
  void WriteRun(const std::string& run, int seed, const std::string& cpu, const std::string& status = "done") {
    const std::string number = std::to_string(seed);
    Write(run, "run.json",
          R"({"experiment": "p lp", "scale": "cpu", "status": ")" + status + R"(", "iteration": 2,
        "iterations": 2, "seed": )" +
              number + R"(, "config_sha256": "c)" + number + R"(",
        "difference_from_paper": ["iterations: 9 -> 2", "training.seed: 1 -> )" +
              number + R"("],
        "data": {"name": "d", "description": "D", "stand_in": true, "digest": "x", "size": 7},
        "sessions": [{"environment": {"cpu": ")" +
              cpu + R"("}}]})");
    Write(run, "config.textproto", "training {\n  iterations: 2\n  seed: " + number + "\n}\n");
    Write(run, "metrics.csv", "iteration,loss,w\n1,0.5,nan\n2,-1e-3,inf\n");
    Write(run, "evaluations.csv", "iteration,name,value\n1,em,3\n2,em,4\n2,w2,5\n");
    Write(run, "arrays/level_set_000010.safetensors", "ten");
    Write(run, "arrays/level_set_1000000.safetensors", "million");
    Write(run, "arrays/fixed.safetensors", "f");
    Write(run, "images/real_samples.png", "p");
  }
  std::string Folder(const std::string& run) { return JoinPath(root_, run); }
  std::string Error(const std::vector<std::string>& runs) {
    std::vector<std::string> folders;
    for (const std::string& run : runs) folders.push_back(Folder(run));
    return std::string(ResultFromRuns("lp", folders).status().message());
  }

  std::string root_;
};

TEST_F(ResultFromRunsTest, GathersSeeds) {
  WriteRun("a", 1, "X");
  WriteRun("b", 2, "Y");
  WGAN_ASSERT_OK_AND_ASSIGN(const Result result, ResultFromRuns("lp", {Folder("a"), Folder("b")}));
  EXPECT_EQ(result.run(), "lp");
  EXPECT_EQ(result.experiment(), "p lp");
  EXPECT_THAT(result.difference_from_paper(), ElementsAre("iterations: 9 -> 2"));
  EXPECT_THAT(result.config(), HasSubstr("seed: 1"));
  EXPECT_TRUE(result.data().stand_in());
  EXPECT_EQ(result.data().size(), 7);
  ASSERT_EQ(result.environment_size(), 1);
  EXPECT_THAT(result.environment(0).values(), ElementsAre("X", "Y"));
  ASSERT_EQ(result.runs_size(), 2);
  const SeedRun& run = result.runs(1);
  EXPECT_EQ(run.seed(), 2u);
  EXPECT_EQ(run.config_sha256(), "c2");
  ASSERT_EQ(run.series_size(), 4);
  EXPECT_EQ(run.series(0).name(), "em");
  EXPECT_THAT(run.series(0).values(), ElementsAre(3, 4));
  EXPECT_EQ(run.series(1).name(), "loss");
  EXPECT_THAT(run.series(1).iterations(), ElementsAre(1, 2));
  EXPECT_THAT(run.series(1).values(), ElementsAre(0.5, -1e-3));
  EXPECT_TRUE(std::isnan(run.series(2).values(0)));
  EXPECT_THAT(run.series(3).iterations(), ElementsAre(2));
  ASSERT_EQ(run.arrays_size(), 3);
  EXPECT_EQ(run.arrays(0).name(), "fixed");
  EXPECT_EQ(run.arrays(1).iteration(), 10);
  EXPECT_EQ(run.arrays(2).iteration(), 1000000);
  EXPECT_EQ(run.arrays(2).path(), "seed2/arrays/level_set_1000000.safetensors");
  EXPECT_THAT(run.images(), ElementsAre("seed2/images/real_samples.png"));
}

TEST_F(ResultFromRunsTest, WritesAFolderThatCanBeRead) {
  WriteRun("a", 1, "X");
  WGAN_ASSERT_OK_AND_ASSIGN(const Result result, ResultFromRuns("lp", {Folder("a")}));
  WGAN_ASSERT_OK(WriteResult(result, {Folder("a")}, Folder("out")));
  EXPECT_THAT(ListDirectory(Folder("out")).value(), ElementsAre("result.pb", "result.textproto", "seed1"));
  WGAN_ASSERT_OK_AND_ASSIGN(const ResultSet set, ResultSet::Load({Folder("out")}));
  EXPECT_EQ(ReadFile(set.Path("lp", set.results().at("lp").runs(0).arrays(1).path())).value(), "ten");
  EXPECT_THAT(ReadFile(JoinPath(Folder("out"), "result.textproto")).value(), HasSubstr("values: [3, 4]"));
}

TEST_F(ResultFromRunsTest, RunsMustBelongTogether) {
  WriteRun("a", 1, "X");
  WriteRun("b", 2, "X");
  EXPECT_EQ(Error({"a", "b"}), "");
  EXPECT_THAT(Error({"a", "a"}), HasSubstr("two runs have the seed 1"));
  Write("b", "config.textproto", "training {\n  iterations: 3\n  seed: 2\n}\n");
  EXPECT_THAT(Error({"a", "b"}), HasSubstr("is of another config than the first"));
  EXPECT_THAT(Error({}), HasSubstr("needs the folder of a run"));
}

TEST_F(ResultFromRunsTest, ADivergedRunIsAResultAnInterruptedOneIsNot) {
  WriteRun("a", 1, "X", "diverged");
  EXPECT_EQ(Error({"a"}), "");
  WriteRun("b", 1, "X", "interrupted");
  EXPECT_THAT(Error({"b"}), HasSubstr("has not ended: its status is \"interrupted\" after iteration 2"));
}

TEST_F(ResultFromRunsTest, DamagedFilesAreNamed) {
  const std::pair<const char*, const char*> cases[] = {
      {"iteration,loss\n1,0.5,7\n", "metrics.csv:2: another number of cells"},
      {"iteration,loss\n1,x\n", "metrics.csv:2: \"1,x\" is not an iteration and a number"},
      {"iteration,loss\n2,1\n2,1\n", "metrics.csv:3: iterations do not increase"},
      {"", "metrics.csv: no header"},
      {"iteration,em\n1,1\n", "evaluations.csv:2: \"em\" is a column of metrics.csv too"},
  };
  for (const auto& [text, reason] : cases) {
    WriteRun("a", 1, "X");
    Write("a", "metrics.csv", text);
    EXPECT_THAT(Error({"a"}), HasSubstr(reason));
  }
  WriteRun("a", 1, "X");
  Write("a", "run.json", "{");
  EXPECT_THAT(Error({"a"}), HasSubstr("run.json: not the record of a run"));
}

TEST_F(ResultFromRunsTest, AnAnalysisNeedsNoRecord) {
  Write("a", "evaluations.csv", "iteration,name,value\n0,w1,0.25\n");
  Write("a", "arrays/critic.safetensors", "c");
  WGAN_ASSERT_OK_AND_ASSIGN(const Result result, ResultFromAnalysis("x", Folder("a")));
  EXPECT_TRUE(result.analysis());
  EXPECT_THAT(result.runs(0).series(0).values(), ElementsAre(0.25));
  EXPECT_EQ(result.runs(0).arrays(0).path(), "seed0/arrays/critic.safetensors");
  EXPECT_EQ(result.environment_size(), 0);
}

TEST_F(ResultFromRunsTest, AnAnalysisMaySayWhatItsNumbersDependOn) {
  Write("a", "evaluations.csv", "iteration,name,value\n0,seconds,0.25\n");
  Write("a", "environment.json", R"({"cpu": "x, y"})");
  WGAN_ASSERT_OK_AND_ASSIGN(const Result result, ResultFromAnalysis("x", Folder("a")));
  ASSERT_EQ(result.environment_size(), 1);
  EXPECT_EQ(result.environment(0).name(), "cpu");
  EXPECT_EQ(result.environment(0).values(0), "x, y");
  Write("a", "environment.json", "[]");
  EXPECT_THAT(ResultFromAnalysis("x", Folder("a")),
              StatusIs(absl::StatusCode::kDataLoss, HasSubstr("not a list of facts")));
}

}  // namespace
}  // namespace wgan
