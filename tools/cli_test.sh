#!/usr/bin/env bash
# A user's first hour with an experiment (its program is $1) that trains a generator on images, at scale smoke: wrong
# command lines, bad data, other programs' spellings, interruption, kill -9, damaged files. Every case ends with the
# right exit code and a sentence that has the key words.
set -u
program=$PWD/$1
work=$TEST_TMPDIR
cd "$work" || exit 1
fail() { echo "FAILED: $*"; echo "--- stdout"; tail -5 out; echo "--- stderr"; tail -15 err; exit 1; }

# expect CODE STREAM WORDS ARGUMENT...: runs the program; STREAM ("out" or "err") must hold WORDS.
expect() {
  local code=$1 stream=$2 words=$3
  shift 3
  "$program" --scale=smoke --threads=1 "$@" >out 2>err
  local got=$?
  [ $got -eq "$code" ] || fail "exit code $got, not $code: $*"
  grep -qF -e "$words" $stream || fail "no \"$words\" on std$stream: $*"
}
# The same for a call that must print one line beginning with "error: " and nothing on stdout.
expect_error() {
  expect "$1" err "${@:2}"
  [ ! -s out ] || fail "an error on stdout: $*"
  [ "$(grep -c '^error: ' err)" -eq 1 ] || fail "not one error: $*"
}
# What a run leaves that follows from config, seed and data alone.
digest() { (cd "$1" && sha256sum metrics.csv metrics.jsonl evaluations.csv log.txt checkpoints/* images/*); }
logged() { wc -l 2>/dev/null <"$1/metrics.csv" || echo 0; }
# start DIRECTORY N: trains in the background until N lines are logged (or the run is over).
start() {
  "$program" --scale=smoke --threads=1 "${run[@]}" --output_dir="$1" >out 2>err &
  pid=$!
  while kill -0 $pid 2>/dev/null && [ "$(logged "$1")" -lt "$2" ]; do sleep 0.02; done
}

echo "== command lines"
expect_error 2 "did you mean --scale?" --scal=smoke
expect_error 2 "--scale must be smoke, cpu or paper" --scale=foo
expect_error 2 "--scale needs a value" --scale
expect_error 2 "--seed expects a whole number" --seed=1e3
expect_error 2 "not \"many\"" --batchSize many
expect_error 2 "\"faces\" belongs to no flag" faces
expect_error 2 "--data_dir is empty" --data_dir=
expect_error 2 "--threads must be in" --threads=100000
expect_error 2 "training.iterations is 0" --Giters=0
expect_error 2 "--pin_mem is a switch" --pin_mem=3
expect 0 out "--manualSeed" --help

echo "== the original program's flags"
original=(--dataset celeba --dataroot nowhere --output_dir original --workers 2 --batchSize 8 --imageSize 16 --nz 12
  --Diters 1 --Giters 9 --gamma 0.05 --EMA 0.9 --EMA_startIter 4 --lr_anneal 0.1 --milestones 5,7 --K -1 --res_ratio 1.0
  --DOptIters 2 --genImg_num 4 --pin_mem --gpu_ids 0 --manualSeed 3)
expect 0 err "note: --pin_mem has no effect" "${original[@]}" --dry_run
for line in "iterations: 9" "batch_size: 8" "seed: 3" "latent_dim: 12" "gamma: 0.05" "decay: 0.9" "start_iteration: 4" \
  "decay_factor: 0.1" "milestones: 7" "cost_scale: -1" "residual_scale: 1" "critic_steps_per_batch: 2"; do
  grep -qF "$line" out || fail "--dry_run does not print $line"
done
[ ! -e original ] || fail "--dry_run wrote files"
expect_error 3 "there is no folder $work/nowhere" "${original[@]}"

echo "== a run"
run=(--Giters=40 --save_ckpt_freq=3 --genImg_freq=4)
expect 0 out "Done: 40 iterations." "${run[@]}" --output_dir=straight
grep -q STAND-IN err || fail "the stand-in is not named"
! grep -q "it/s" out || fail "progress on stdout"
[ -s straight/images/fake_samples_000040.png ] && [ -s straight/checkpoints/state_000040.safetensors ] ||
  fail "names without six digits"
digest straight >straight.sha256
expect 0 err "already ended" "${run[@]}" --output_dir=straight
expect_error 2 "gamma: 0.1 -> 0.2" "${run[@]}" --gamma=0.2 --output_dir=straight
expect_error 2 "already holds a run" "${run[@]}" --resume=never --output_dir=straight

echo "== data"
mkdir -p data/Nested bad empty few
count=0
for image in straight/images/fake_samples_*.png; do
  cp "$image" "data/Nested/$((count++)).PnG"
  cp "$image" "data/$count.png"
done
head -c 300 data/1.png >data/torn.png
echo "no image" >data/html.JPG
for i in 1 2 3 4 5 6 7 8 9; do cp data/html.JPG bad/$i.jpg; done
cp data/1.png few
small=(--Giters=12 --genImg_freq=0)
expect_error 3 "is a file, not a folder" --data_dir=out --output_dir=none
expect_error 3 "no image in $work/empty" --data_dir=empty --output_dir=none
expect_error 3 "none of the 9 images could be read" --data_dir=bad --output_dir=none
expect_error 3 "1 images are fewer than one batch of 8" --data_dir=few --output_dir=none
expect_error 3 "image folder: no folder is named" --crop=center_square --output_dir=none
[ ! -e none ] || fail "a run directory in spite of bad data"
expect 0 out "Skipped 2 unreadable image(s)" "${small[@]}" --dataroot data --output_dir=skipped
grep -q "unreadable image skipped: torn.png" err || fail "the torn image is not named"
grep -q "html.JPG: " skipped/run.json || fail "the record does not name the skipped images"
expect 3 err "more than the limit of 1" "${small[@]}" --max_unreadable=1 --data_dir=data --output_dir=limit

echo "== folders"
expect_error 1 "--output_dir" --output_dir=out
mkdir thesis && echo precious >thesis/text
expect_error 2 "holds files that are not of a run" --output_dir=thesis

echo "== kill -9"
killed=0
for lines in 3 13 25; do
  start killed $lines
  kill -KILL $pid 2>/dev/null
  wait $pid 2>/dev/null
  [ $? -eq 137 ] && killed=$((killed + 1))
done
[ $killed -gt 0 ] || fail "nothing was killed"
expect 0 out "Done: 40 iterations." "${run[@]}" --output_dir=killed
digest killed | diff straight.sha256 - || fail "the killed run ended otherwise"

echo "== Ctrl-C and a damaged checkpoint"
start cut 9
kill -INT $pid 2>/dev/null
wait $pid
code=$?
[ $code -eq 130 ] || fail "exit code $code after SIGINT"
grep -q "Stopping after this iteration" err || fail "SIGINT is not acknowledged"
grep -q "^Interrupted after iteration" out || fail "the result does not say that the run was interrupted"
flock cut/run.lock "$program" --scale=smoke --threads=1 "${run[@]}" --output_dir=cut >out 2>err
code=$?
[ $code -eq 1 ] && grep -q "another process is writing" err || fail "two processes at once: exit code $code"
newest=$(ls cut/checkpoints/state_*.safetensors | tail -1)
printf 'x' | dd of="$newest" bs=1 seek=5000 conv=notrunc 2>/dev/null
expect 0 err "warning: passing over a damaged checkpoint" "${run[@]}" --output_dir=cut
digest cut | diff straight.sha256 - || fail "the run with the damaged checkpoint ended otherwise"
echo "passed"
