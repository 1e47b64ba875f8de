#!/bin/bash
# The metrics program from outside: keys, counts, files, errors and exit codes. $1: the program, $2: a classifier of
# portraits.
set -u
metrics="$PWD/$1"
lenet="$PWD/$2"
cd "$TEST_TMPDIR" || exit 1
failures=0
fail() {
  echo "FAILED: $*"
  failures=$((failures + 1))
}

# expect CODE PATTERN ARGS...: runs the program; its output (both streams) must contain PATTERN.
expect() {
  local code="$1" pattern="$2"
  shift 2
  "$metrics" "$@" > out.txt 2>&1
  local got=$?
  [ "$got" = "$code" ] || fail "exit code $got, not $code: $*: $(cat out.txt)"
  grep -q -- "$pattern" out.txt || fail "no '$pattern' from $*: $(cat out.txt)"
}

# A sample against itself: every score of equality.
expect 0 '^fid_pixels: ' --input1=portraits-12 --input2=portraits-12 --fid --prc --dc --dc_neighborhood=3 --one_nn
for line in 'precision_pixels: 1' 'recall_pixels: 1' 'coverage_pixels: 1' 'one_nn_accuracy_pixels: 0' 'n_fake: 12' \
  'n_real: 12' 'split: none' 'mode: pixels' 'input2: portraits-12'; do
  grep -qx -- "$line" out.txt || fail "no line '$line': $(cat out.txt)"
done
grep -q 'warning: Frechet distance: only 12 and 12 samples' out.txt || fail "no warning: $(cat out.txt)"

# Two samples, JSON; the features by way of a file give the same.
args=(--kid --kid_subset_size=10 --kid_subsets=5 --wasserstein --json)
expect 0 '"kid_mean_pixels"' --input1=portraits-12 --input2=portraits-20 "${args[@]}" --save_features=f.npz
grep -q '"n_real": 20' out.txt || fail "n_real: $(cat out.txt)"
grep -v input1 out.txt > direct.txt
expect 0 '"wasserstein_2_pixels"' --input1=f.npz --input2=portraits-20 "${args[@]}"
grep -v input1 out.txt | cmp - direct.txt || fail "features from a file give other scores"
# Scores do not depend on the batch size.
expect 0 kid_mean --input1=portraits-12 --input2=portraits-20 "${args[@]}" --batch_size=1
grep -v input1 out.txt | cmp - direct.txt || fail "another batch size gives other scores"

# With a classifier every score bears its name, and none is called FID.
expect 0 '^fid_lenet: ' --input1=portraits-60 --input2=portraits-120 --lenet="$lenet" --fid --prc --isc --isc_splits=2 \
  --sliced --modes
for key in 'sliced_wasserstein_2_lenet' 'modes_lenet: [2-9]' precision_lenet classifier_score_mean classifier_score_std 'mode: lenet' 'features: lenet of portraits'; do
  grep -q "^$key" out.txt || fail "no $key: $(cat out.txt)"
done
! grep -Eq 'pixels|inception' out.txt || fail "a score of the classifier bears another name: $(cat out.txt)"
# At most as many as there are classes, more than one.
awk '/^classifier_score_mean/ { ok = $2 > 1.05 && $2 <= 10 } END { exit !ok }' out.txt || fail "score: $(cat out.txt)"
expect 2 'not both' --input1=portraits-12 --input2=portraits-12 --fid --lenet="$lenet" --inception=x.pth
expect 3 'x.safetensors' --input1=portraits-12 --input2=portraits-12 --fid --lenet=x.safetensors

expect 2 'input1 is missing' --fid
expect 2 'input2 is missing' --input1=portraits-12 --fid
expect 2 'Nothing to compute' --input1=portraits-12 --input2=portraits-12
expect 2 'fid' --input1=portraits-12 --input2=portraits-12 --fidd
expect 3 'did you mean portraits-1000' --input1=portrait-10 --input2=portraits-12 --fid
expect 3 'only 12 samples' --input1=portraits-12 --input2=portraits-12 --kid
expect 3 'no/such.pth' --input1=portraits-12 --isc --inception=no/such.pth
expect 3 'the classifier --lenet' --input1=portraits-12 --modes
expect 3 'needs images as --input1 and the weights' --input1=portraits-12 --isc
mkdir pictures
printf 'not a picture' > pictures/a.png
expect 3 'pictures/a.png' --input1=pictures --input2=portraits-12 --fid
expect 0 'Exit codes' --help

[ "$failures" = 0 ] && echo PASSED
exit "$failures"
