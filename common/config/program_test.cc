#include "common/config/program.h"

#include <cstdint>
#include <functional>
#include <new>
#include <stdexcept>
#include <string>
#include <vector>

#include "gflags/gflags.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

DEFINE_int64(pieces, 3, "How many.");

namespace wgan {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

// What the program with these arguments wrote, and its exit code.
struct Outcome {
  int code;
  std::string out, error;
};

Outcome OutcomeOf(std::vector<const char*> arguments, const std::function<ProgramEnd()>& body) {
  arguments.insert(arguments.begin(), "program");
  testing::internal::CaptureStdout();
  testing::internal::CaptureStderr();
  const int code = RunProgram(static_cast<int>(arguments.size()), arguments.data(), "Counts pieces.",
                              [&](const CommandLine&) { return body(); });
  const std::string out = testing::internal::GetCapturedStdout();
  return {code, out, testing::internal::GetCapturedStderr()};
}

TEST(RunProgramTest, CallsTheBodyWithTheFlagsSet) {
  int64_t pieces = 0;
  const Outcome outcome = OutcomeOf({"--pieces=7"}, [&] {
    pieces = FLAGS_pieces;
    return ProgramEnd();
  });
  EXPECT_EQ(outcome.code, 0);
  EXPECT_EQ(outcome.out + outcome.error, "");
  EXPECT_EQ(pieces, 7);
}

TEST(RunProgramTest, HelpAndWrongFlagsDoNotReachTheBody) {
  const auto body = [] {
    ADD_FAILURE() << "called";
    return ProgramEnd();
  };
  const Outcome help = OutcomeOf({"--help"}, body);
  EXPECT_EQ(help.code, 0);
  EXPECT_THAT(help.out, HasSubstr("Counts pieces."));
  EXPECT_THAT(help.out, HasSubstr("--pieces"));
  const Outcome wrong = OutcomeOf({"--piece=7"}, body);
  EXPECT_EQ(wrong.code, 2);
  EXPECT_THAT(wrong.error, HasSubstr("error: "));
  EXPECT_THAT(wrong.error, HasSubstr("--pieces"));
}

TEST(RunProgramTest, UsageAndAliasesOfTheProgram) {
  const auto run = [](std::vector<const char*> arguments, const absl::StatusOr<std::string>& usage) {
    arguments.insert(arguments.begin(), "program");
    const Program program = {[&] { return usage; },
                             [](const CommandLine&) { return ProgramEnd{ProgramEnd::kInterrupted}; },
                             {FlagAlias::Flag("parts", "pieces"), FlagAlias::IgnoredSwitch("fast", "all is fast")}};
    testing::internal::CaptureStdout();
    testing::internal::CaptureStderr();
    const int code = RunProgram(static_cast<int>(arguments.size()), arguments.data(), program);
    const std::string out = testing::internal::GetCapturedStdout();
    return Outcome{code, out, testing::internal::GetCapturedStderr()};
  };
  const Outcome interrupted = run({"--parts=5", "--fast"}, std::string("Counts."));
  EXPECT_EQ(interrupted.code, 130);
  EXPECT_THAT(interrupted.error, AllOf(StartsWith("note: "), HasSubstr("all is fast"), Not(HasSubstr("error: "))));
  EXPECT_EQ(FLAGS_pieces, 5);
  EXPECT_THAT(run({"--help"}, std::string("Counts.")).out, AllOf(HasSubstr("Counts."), HasSubstr("--parts")));
  const Outcome broken = run({"--help"}, absl::NotFoundError("no definition"));
  EXPECT_EQ(broken.code, 2);
  EXPECT_EQ(broken.error, "error: no definition\n");
}

TEST(RunProgramTest, EveryErrorIsOneLine) {
  const auto data = OutcomeOf({}, [] {
    return ProgramEnd{ProgramEnd::kData, absl::DataLossError("x.npy is cut off")};
  });
  EXPECT_EQ(data.code, 3);
  EXPECT_EQ(data.error, "error: x.npy is cut off\n");
  const auto thrown = OutcomeOf({}, []() -> ProgramEnd { throw std::runtime_error("no kernel\nframe 0\nframe 1"); });
  EXPECT_EQ(thrown.code, 1);
  EXPECT_EQ(thrown.error, "error: no kernel\n");
  EXPECT_EQ(OutcomeOf({}, []() -> ProgramEnd { throw std::bad_alloc(); }).error, "error: not enough memory\n");
}

}  // namespace
}  // namespace wgan
