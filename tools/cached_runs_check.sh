#!/bin/bash
# bazel run //tools:cached_runs_check
#
# Shows that results are cached as tools/README.md says, with the fake program of tools/testing in a copy of the source
# tree: an interrupted build keeps every segment that had ended; a second build trains nothing; a change trains only
# what depends on it; what the disk cache has counts as there; publish.py puts there what is there, and says what is
# not. Takes a few minutes, most of them for compiling //eval. BAZEL_FLAGS, if set, are given to each
# `bazel build`.
set -u
source_tree=${BUILD_WORKSPACE_DIRECTORY:-$PWD}
work=$(mktemp -d "${TMPDIR:-/tmp}/cached_runs_check.XXXXXX") || exit 1
read -r -a compile_flags <<<"${BAZEL_FLAGS:-}"
# Results come from this check alone.
flags=("${compile_flags[@]}" --disk_cache=)
bazel() { command bazel --output_base="$work/base" "$@"; }
finish() {
  bazel shutdown >/dev/null 2>&1
  chmod -R u+w "$work" && rm -rf "$work"
}
trap finish EXIT
fail() { echo "FAILED: $*"; exit 1; }

mkdir "$work/tree" && cp -r "$source_tree"/{WORKSPACE,BUILD,LICENSE,.bazelrc,common,datasets,eval,papers,tools,testdata} \
  "$work/tree" && cd "$work/tree" || fail "cannot copy the source tree"
[[ ! -e $source_tree/.bazelversion ]] || cp "$source_tree/.bazelversion" .

# remaining TARGET FLAG...: how many segments of TARGET are not there.
remaining() {
  BAZEL="bazel --output_base=$work/base" BUILD_WORKSPACE_DIRECTORY=$PWD python3 tools/sweep.py --list \
    "${flags[@]}" --jobs=1 "$@" >"$work/list" || fail "sweep --list"
  sed -n 's/.* \([0-9]*\) remain$/\1/p' "$work/list"
}
# trained TARGET FLAG...: builds it; how many segments were trained.
trained() {
  bazel build "${flags[@]}" --jobs=1 --build_event_publish_all_actions --build_event_json_file="$work/events" "$@" \
    2>"$work/err" || { cat "$work/err"; fail "bazel build $*"; }
  grep -c '"type":"TrainSegment"' "$work/events"
}

echo "Compiling what the results are made with ..."
bazel build "${compile_flags[@]}" //eval:make_{result,figure,table,claim} //tools/testing:fake_train 2>"$work/err" || { cat "$work/err"; fail "build"; }
one=//tools/testing:fake_one.result two=//tools/testing:fake_two.result
[[ $(remaining $one) == 15 ]] || fail "5 seeds in 3 segments are 15: $(cat "$work/list")"

command bazel --output_base="$work/base" build "${flags[@]}" --jobs=1 $one >/dev/null 2>&1 &
client=$!
until [[ $(find -L bazel-bin/tools/testing/_runs -name '*.timing.json' 2>/dev/null | wc -l) -ge 4 ]]; do
  kill -0 $client 2>/dev/null || fail "the build ended before it could be interrupted"
  sleep 0.1
done
# A shell's background processes ignore SIGINT, what Ctrl-C sends; Bazel takes SIGTERM for the same.
kill -TERM $client
wait $client && fail "the build was not interrupted"
left=$(remaining $one)
echo "interrupted while training the fifth segment or later: $((15 - left)) of 15 are kept"
((left <= 11 && left > 0)) || fail "an interrupted build lost segments"
now=$(trained $one)
[[ $now == "$left" ]] || fail "the next build trained $now segments, not the $left that remained"
echo "the next build trained the other $now"
now=$(trained $one)
[[ $now == 0 ]] || fail "a second build trained $now segments"
echo "a second build trained none"

now=$(trained $one $two)
[[ $now == 15 ]] || fail "the other experiment has 15 segments, not $now"
sed -i 's/("fake_two", "2")/("fake_two", "2.5")/' tools/testing/BUILD
now=$(trained $one)
[[ $now == 0 && $(remaining $two) == 15 ]] || fail "a setting of fake_two is no matter of fake_one"
echo "another setting of one experiment: its 15 segments are to be trained, none of the other's"
now=$(trained --//tools:scale=smoke $one)
[[ $now == 2 ]] || fail "scale smoke has 2 segments, not $now"
now=$(trained $one)
[[ $now == 0 ]] || fail "going to scale smoke and back trained $now segments"
echo "another scale and back: nothing is trained again"
now=$(trained --//tools:scale=paper --//tools:seeds=2 $one)
[[ $now == 20 ]] || fail "2 seeds in 10 segments are 20, not $now"
now=$(trained --//tools:scale=paper --//tools:seeds=3 $one)
[[ $now == 10 ]] || fail "a third seed has 10 segments, not $now"
echo "one more seed: only its segments are trained"

now=$(trained --disk_cache="$work/disk" $two)
[[ $now == 15 ]] || fail "the changed experiment has 15 segments, not $now"
chmod -R u+w bazel-bin/tools/testing/_runs && rm -rf bazel-bin/tools/testing/_runs/fake_two.result
[[ $(remaining --disk_cache="$work/disk" $two) == 0 ]] || fail "the disk cache has all segments: $(cat "$work/list")"
echo "segments in the disk cache are there"

# publish FLAG...: of the fake paper, in $work/said what it says.
publish() {
  BAZEL="bazel --output_base=$work/base" BUILD_WORKSPACE_DIRECTORY=$PWD PYTHONPATH=$PWD python3 tools/publish.py \
    //tools/testing:everything "${flags[@]}" --jobs=1 "$@" >"$work/said" 2>"$work/err"
}
sed -i 's/("fake_one", "1")/("fake_one", "1.5")/' tools/testing/BUILD
publish --only_built || { cat "$work/err"; fail "publish --only_built"; }
[[ $(cd tools/testing/results && echo *.png) == figure1.png ]] || fail "only figure1 needs no training: $(cat "$work/said")"
grep -q "3 of 4 are missing: //tools/testing:claim1 //tools/testing:figure2 //tools/testing:table1" "$work/said" ||
  fail "publish does not name what is missing: $(cat "$work/said")"
publish || { cat "$work/err"; fail "publish"; }
[[ $(cd tools/testing/results && echo *.png) == "figure1.png figure2.png" ]] || fail "publish: $(cat "$work/said")"
grep -q "## Figure 2" tools/testing/results/README.md || fail "no page of the results"
echo "the outcome is published, of what is there and then of all"
echo passed
