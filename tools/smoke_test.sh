#!/usr/bin/env bash
# Runs an experiment (its program is $1) at scale smoke and checks what a user relies on: the files of the run directory,
# --dry_run, and that a run that was interrupted and resumed ends with the same bytes as one that was not.
set -u
program=$PWD/$1
work=$TEST_TMPDIR
fail() { echo "FAILED: $*"; cat "$work/stderr" 2>/dev/null | tail -20; exit 1; }
run() { "$program" --scale=smoke --threads=1 --output_dir="$@" 2>"$work/stderr" >"$work/stdout"; }

run "$work/dry" --dry_run || fail "--dry_run: exit code $?"
grep -q 'iterations:' "$work/stdout" || fail "--dry_run does not print the config"
[ ! -e "$work/dry" ] || fail "--dry_run wrote files"

run "$work/straight" || fail "smoke run: exit code $?"
files="config.textproto run.json metrics.csv metrics.jsonl evaluations.csv log.txt events.out.tfevents.*"
pictures="images/real_samples.png images/fake_samples_*.png"
grep -q '^  toy {' "$work/straight/config.textproto" && pictures=""  # points of the plane are not drawn
for file in $(cd "$work/straight" && echo $files $pictures); do
  [ -s "$work/straight/$file" ] || fail "$file is missing or empty"
done
ls "$work"/straight/checkpoints/netG_*.safetensors >/dev/null || fail "no exported generator"

# Interrupt a second run as soon as it has logged something, then let it finish.
"$program" --scale=smoke --threads=1 --output_dir="$work/cut" 2>"$work/stderr" >"$work/stdout" &
pid=$!
while kill -0 $pid 2>/dev/null && [ "$(wc -l <"$work/cut/metrics.csv" 2>/dev/null || echo 0)" -lt 2 ]; do sleep 0.05; done
kill -TERM $pid 2>/dev/null
wait $pid
code=$?
[ $code -eq 130 ] || [ $code -eq 0 ] || fail "interrupted run: exit code $code, not 130"
echo "interrupted run ended with $code"
run "$work/cut" || fail "resumed run: exit code $?"
for run in straight cut; do
  (cd "$work/$run" && sha256sum metrics.csv metrics.jsonl evaluations.csv log.txt checkpoints/* ${pictures:+images/*}) >"$work/$run.sha256"
done
diff "$work/straight.sha256" "$work/cut.sha256" || fail "the resumed run differs from the uninterrupted one"
echo "smoke test passed"
