#!/usr/bin/env bash
# The program //eval:ot ($1) as a user meets it: every method on an example with known values (section 5.2 of SWGAN's
# specification: three points against two, L1, with weights), the files it writes, and every error with its exit code
# and a sentence that has the key words.
set -u
program=$PWD/$1
cd "$TEST_TMPDIR" || exit 1
unset BUILD_WORKING_DIRECTORY
fail() { echo "FAILED: $*"; echo "--- stdout"; tail -30 out; echo "--- stderr"; tail -5 err; exit 1; }

cat >numbers.py <<'PYTHON'
"""numbers.py write FILE DTYPE SHAPE NUMBER...; numbers.py read FILE ARRAY; numbers.py json FILE KEY..."""
import json, re, struct, sys, zipfile

CODES = {"<f8": "d", "<f4": "f", "<i4": "i", "|b1": "?"}

def write(path, dtype, shape, *numbers):
    header = "{'descr': '%s', 'fortran_order': False, 'shape': (%s,), }" % (dtype, shape)
    code = CODES.get(dtype, "d")
    data = struct.pack("<%d%s" % (len(numbers), code), *(int(n) if code == "i" else float(n) for n in numbers))
    with open(path, "wb") as file:
        file.write(b"\x93NUMPY\x01\x00" + struct.pack("<H", len(header)) + header.encode() + data)

def read(path, array):
    with zipfile.ZipFile(path) as file:
        assert file.testzip() is None
        data = file.read(array + ".npy")
    length = struct.unpack("<H", data[8:10])[0]
    dtype = re.search("'descr': '(...)'", data[10:10 + length].decode()).group(1)
    code = CODES[dtype]
    data = data[10 + length:]
    print(*("%.6g" % n for n in struct.unpack("<%d%s" % (len(data) // struct.calcsize(code), code), data)))

def show(path, *keys):
    with open(path) as file:
        value = json.load(file)
    for key in keys:
        value = value[key]
    print("%.8f" % value if isinstance(value, float) else value)

{"write": write, "read": read, "json": show}[sys.argv[1]](*sys.argv[2:])
PYTHON
write() { python3 numbers.py write "$@" || exit 1; }

# expect CODE STREAM WORDS ARGUMENT...: runs the program; STREAM ("out" or "err") must hold WORDS.
expect() {
  local code=$1 stream=$2 words=$3
  shift 3
  "$program" "$@" >out 2>err
  local got=$?
  [ $got -eq "$code" ] || fail "exit code $got, not $code: $*"
  grep -qF -e "$words" $stream || fail "no \"$words\" on std$stream: $*"
}
# The same for a call that prints the cost and nothing else.
expect_cost() {
  expect 0 out "$@"
  [ "$(cat out)" = "$1" ] || fail "not $1 alone on stdout: ${*:2}"
}
# The same for a call that must print one line, "error: ...", and nothing on stdout.
expect_error() {
  expect "$1" err "${@:2}"
  [ ! -s out ] || fail "an error on stdout: $*"
  [ "$(wc -l <err)" -eq 1 ] && grep -q '^error: ' err || fail "not one line: $*"
}
# value NUMBER KEY...: what the JSON on stdout holds.
value() {
  local got
  got=$(python3 numbers.py json out "${@:2}") || fail "no ${*:2} in the JSON"
  [ "$got" = "$1" ] || fail "${*:2} is $got, not $1"
}
# array NAME NUMBERS: what plan.npz holds.
array() {
  local got
  got=$(python3 numbers.py read plan.npz "$1") || fail "no $1 in plan.npz"
  [ "$got" = "$2" ] || fail "$1 is $got, not $2"
}

write x.npy '<f8' '3, 2' 0 0 1 0.2 2 2
write y.npy '<f8' '2, 2' 0.5 0.6 1.6 1.1
write a.npy '<f8' 3 .2 .5 .3
write b.npy '<f8' 2 .6 .4
example=(--x=x.npy --y=y.npy --a=a.npy --b=b.npy --cost=l1)

echo "== exact"
expect_cost 1.12 "${example[@]}"
expect 0 out '"status": "optimal"' "${example[@]}" --json --out=plan.npz --dense
value 1.12000000 cost
value 1.12000000 distance
value True certificate ok
value 4 plan_entries
value 3 n
value 2 m
value l1 ground_cost
array plan "0.2 0 0.4 0.1 0 0.3"
array rows "0 1 1 2"
array columns "0 0 1 1"
array mass "0.2 0.4 0.1 0.3"
array cost 1.12
array converged 1
array a "0.2 0.5 0.3"
# The half squared distance of equal weights: costs 1, 4.5, 4.5; 1, 0.5, 6.5; 5, 12.5, 0.5, of which 1/3 (1 + 0.5 + 0.5).
write three.npy '<f4' '3, 2' 0 0 2 0 0 4
write others.npy '<i4' '3, 2' 1 1 3 0 0 3
expect_cost 0.666666666667 --x=three.npy --y=others.npy --scale=0.5
expect 0 out '"distance": 1.1547' --x=three.npy --y=others.npy --scale=0.5 --json
expect_cost 1.33333333333 --x=three.npy --y=others.npy --cost=euclidean --p=2
expect_cost 1.13807118746 --x=three.npy --y=others.npy --cost=sqeuclidean --p=1
expect_cost 0 --x=others.npy --y=others.npy --cost=cosine --p=1

echo "== regularised"
expect 0 out '"status": "converged"' "${example[@]}" --method=kl --eps=0.5 --json --out=plan.npz
value 1.15581709 cost
value 1.32102607 dual_value
value 1.32102607 regularized_value
value 0.33041796 penalty
array plan "0.192969 0.00703058 0.393946 0.106054 0.0130848 0.286915"
expect 0 out '"status": "converged"' "${example[@]}" --method=l2 --eps=0.5 --json --out=plan.npz --compress
value 1.12000000 cost
value 1.53666667 dual_value
value 0.83333333 penalty
array plan "0.2 0 0.4 0.1 0 0.3"
expect 0 out '"status": "converged"' "${example[@]}" --method=sinkhorn --eps=0.5 --tolerance=1e-12 --json --out=plan.npz
value 1.15581709 cost
value 1.32102607 regularized_value
value 1.32102607 dual_value
value 0.33041796 kl
array plan "0.192969 0.00703058 0.393946 0.106054 0.0130848 0.286915"
for array in f g a b converged; do python3 numbers.py read plan.npz $array >/dev/null || fail "no $array"; done
expect 0 out 1.15581 "${example[@]}" --method=sinkhorn --eps=0.5

echo "== not converged"
rm plan.npz
expect_error 1 "not converged (iteration limit)" "${example[@]}" --method=sinkhorn --eps=0.001 --tolerance=1e-12 \
  --max_iterations=1 --out=plan.npz
array converged 0
expect 1 out '"status": "iteration limit"' "${example[@]}" --method=kl --eps=0.01 --tolerance=1e-13 --max_iterations=1 --json

echo "== lines and slices"
write line_x.npy '<f8' 3 0 1 3
write line_y.npy '<f8' '2, 1' 2 -1
write line_a.npy '<f8' 3 2 1 1
write line_b.npy '<f8' 2 3 1
line=(--x=line_x.npy --y=line_y.npy --a=line_a.npy --b=line_b.npy)
expect_cost 1.75 "${line[@]}" --method=line --out=plan.npz --dense
array rows "0 0 1 2"
array columns "1 0 0 0"
array plan "0.25 0.25 0.25 0 0.25 0"
expect_cost 1.25 "${line[@]}" --method=line --p=1
expect_cost 1.75 "${line[@]}"
expect 0 out '"standard_error"' "${line[@]}" --method=sliced --directions=10 --seed=3 --json
value 1.75000000 cost
expect 0 out '"directions": 512' --x=three.npy --y=others.npy --method=sliced --json

echo "== paths"
mkdir -p typed/here && cp x.npy typed/here
BUILD_WORKING_DIRECTORY=$PWD/typed expect_cost 0 --x=here/x.npy --y=here/x.npy --out=written.npz
[ -s typed/written.npz ] || fail "--out is not where the user typed"

echo "== wrong usage"
expect_error 2 "--x=FILE.npy is missing"
expect_error 2 "--y=FILE.npy is missing" --x=x.npy
expect_error 2 'no cost "cosin", only sqeuclidean, euclidean, l1, cosine; did you mean cosine?' "${example[@]}" --cost=cosin
expect_error 2 'no method "sinkhron", only exact, sinkhorn, kl, l2, sliced, line; did you mean sinkhorn?' "${example[@]}" --method=sinkhron
expect_error 2 "did you mean --eps?" "${example[@]}" --epz=1
expect_error 2 "needs a positive --eps, not 0" "${example[@]}" --method=sinkhorn
expect_error 2 "needs a positive --eps, not -1" "${example[@]}" --method=kl --eps=-1
expect_error 2 "--eps has no meaning for --method=exact" "${example[@]}" --eps=1
expect_error 2 "--cost has no meaning for --method=sliced" "${example[@]}" --method=sliced
expect_error 2 "--out has no meaning for --method=sliced" --x=x.npy --y=y.npy --method=sliced --out=plan.npz
expect_error 2 "--dense needs --out" "${example[@]}" --dense
expect_error 2 "--p has no meaning for --cost=cosine" "${example[@]}" --cost=cosine --p=2
expect_error 2 "--p must be" "${example[@]}" --p=0.5
expect_error 2 "--scale must be a positive number, not 0" "${example[@]}" --scale=0
expect_error 2 "--tolerance must be" "${example[@]}" --method=l2 --eps=1 --tolerance=-1
expect_error 2 "--directions must be" --x=x.npy --y=y.npy --method=sliced --directions=1
expect_error 2 "--a is empty" --x=x.npy --y=y.npy --a=
expect_error 2 "belongs to no flag" "${example[@]}" plan.npz
expect 0 out "Exit codes: 0 done" --help

echo "== bad data"
expect_error 3 "$PWD/missing.npy" --x=missing.npy --y=y.npy
write three_d.npy '<f8' '2, 3' 1 2 3 4 5 6
expect_error 3 "x.npy has points of dimension 2 and $PWD/three_d.npy of dimension 3" --x=x.npy --y=three_d.npy
write nan.npy '<f8' '2, 2' 1 2 3 nan
expect_error 3 "nan.npy: row 1, column 1 is nan" --x=nan.npy --y=y.npy
write empty.npy '<f8' '0, 2'
expect_error 3 "empty.npy: an array of shape [0, 2] holds no points" --x=empty.npy --y=y.npy
write minus.npy '<f8' 3 .5 -.5 1
expect_error 3 "minus.npy: weight 1 is -0.5" --x=x.npy --y=y.npy --a=minus.npy
expect_error 3 "b.npy: weights of shape [2] for 3 points" --x=x.npy --y=y.npy --a=b.npy
write zero.npy '<f8' 2 0 0
expect_error 3 "weights sum to 0" --x=x.npy --y=y.npy --b=zero.npy
write two.npy '<f8' 2 1 1
expect_error 3 "sum to 1 and the target weights to 2" --x=x.npy --y=y.npy --a=a.npy --b=two.npy
write big.npy '>f8' 1 1
expect_error 3 "big.npy: the array is big-endian" --x=big.npy --y=y.npy
head -c 100 x.npy >torn.npy
expect_error 3 "plan.npz: corrupt .npy file: it does not begin as one" --x=plan.npz --y=y.npy
expect_error 3 "torn.npy: corrupt .npy file" --x=torn.npy --y=y.npy
write far.npy '<f8' '1, 2' 1e200 0
expect_error 3 "overflows" --x=far.npy --y=y.npy
expect_error 3 "not of dimension 2" --x=x.npy --y=y.npy --method=line

echo "== a file that cannot be written"
expect_error 1 "no/such/folder/plan.npz" "${example[@]}" --out=no/such/folder/plan.npz
echo PASSED
