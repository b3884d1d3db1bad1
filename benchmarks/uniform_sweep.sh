#!/bin/sh
# The whole uniform sweep against the loop that one would write in Python, one after the other, and their ratio.
#   benchmarks/uniform_sweep.sh MODEL.mlmodel PICTURES [AGREEMENT]
# The sweep starts with no evaluations and no sample table; starting Spark counts.
set -eu
home=$(CDPATH='' cd -- "$(dirname -- "$0")/.." && pwd)
model=$1
pictures=$2
agreement=${3:-0.95}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python=$("$home/tools/python-env.sh" benchmark)
"$home/quantsweep" --version >/dev/null
start=$(date +%s.%N)
"$home/quantsweep" sweep --family uniform --model "$model" --samples "$pictures" --agreement "$agreement" --output "$work/out" 2>/dev/null |
  grep -A1 '^Selected'
middle=$(date +%s.%N)
"$python" "$home/benchmarks/uniform_sweep_loop.py" "$model" "$pictures" --agreement "$agreement" | tail -3
end=$(date +%s.%N)
echo "$start $middle $end" | awk '{printf "sweep %.0f s, loop %.0f s, ratio %.1f\n", $2 - $1, $3 - $2, ($3 - $2) / ($2 - $1)}'
