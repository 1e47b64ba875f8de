#!/bin/bash
# A run directory as --input1 of the metrics program. $1: an experiment, $2: the metrics program, $3: a classifier.
set -u
experiment="$PWD/$1" metrics="$PWD/$2" lenet="$PWD/$3"
cd "$TEST_TMPDIR" || exit 1
fail() {
  echo "FAILED: $*"
  exit 1
}

"$experiment" --scale=smoke --threads=1 --output_dir=run > log.txt 2>&1 || fail "no run: $(tail -n 5 log.txt)"
"$metrics" --input1=run --generated=150 --input2=portraits-60 --lenet="$lenet" --fid --ppl --ppl_samples=200 \
  --ppl_epsilon=0.01 > scores.txt 2>&1 || fail "no scores: $(cat scores.txt)"
for line in '^fid_lenet: [0-9.]*$' '^n_fake: 150$' '^n_real: 60$' '^input1: run$' '^n_paths: 198$' \
  '^perceptual_path_length_mean_lenet: [0-9.e-]*$'; do
  grep -q "$line" scores.txt || fail "no $line: $(cat scores.txt)"
done
awk '/^fid_lenet|^perceptual_path_length_mean/ { ok += $2 > 0 } END { exit ok != 2 }' scores.txt || fail "$(cat scores.txt)"
# The same latents, the same scores.
"$metrics" --input1=run --generated=150 --input2=portraits-60 --lenet="$lenet" --fid > again.txt 2>&1
[ "$(grep fid_lenet again.txt)" = "$(grep fid_lenet scores.txt)" ] || fail "another score: $(cat again.txt)"
"$metrics" --input1=portraits-12 --ppl > wrong.txt 2>&1 && fail "a data set has no path length"
grep -q 'needs the directory of a training run' wrong.txt || fail "$(cat wrong.txt)"
echo PASSED
