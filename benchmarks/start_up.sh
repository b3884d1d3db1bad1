#!/usr/bin/env bash
# What commands cost to start: each by turns as the launcher starts it, and without the archive of classes, those that
# start Spark with both compilers. Seconds of wall time and of CPU (user and system), medians over the rounds.
#   benchmarks/start_up.sh [ROUNDS]        # COMMANDS="inspect predict" in the environment: only these
# The last command sweeps the bundled pictures and finds every evaluation stored. The jar must be packaged.
set -eu
home=$(CDPATH='' cd -- "$(dirname -- "$0")/.." && pwd)
rounds=${1:-5}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
model=$home/datasets/src/main/sample/shapes.mlmodel
picture=$home/datasets/src/main/sample/pictures/tee/tee-000.jpg
TIMEFORMAT='%R %U %S'

command_of() {
  case $1 in
    inspect) echo "inspect $model" ;;
    quantize) echo "quantize $model --scheme linear:4 --output $work/four.mlmodel" ;;
    predict) echo "predict $model --input image=$picture --output $work/answers.npz" ;;
    demo-new) echo "demo --output $work/new-$RANDOM-$RANDOM" ;;
    demo-stored) echo "demo --output $work/stored" ;;
  esac
}

measure() { # way command
  # shellcheck disable=SC2046
  { time "$home/quantsweep" $(command_of "$2") >"$work/out" 2>&1; } 2>>"$work/$1.$2"
}

plain() {
  options=
  case $1 in demo*) options='-XX:TieredStopAtLevel=4 -XX:-UseSerialGC -XX:+UseParallelGC' ;; esac
  QUANTSWEEP_CLASS_ARCHIVE=no QUANTSWEEP_JAVA_OPTIONS=$options measure plain "$1"
}

commands="${COMMANDS:-inspect quantize predict demo-new demo-stored}"
# Archives are made, files come into the cache, and evaluations are stored.
measure warm-up inspect
case $commands in *demo*) measure warm-up demo-stored ;; esac
for _ in $(seq "$rounds"); do
  for command in $commands; do
    plain "$command"
    measure ours "$command"
  done
done

median() { # file awk-expression
  awk "{ print $2 }" "$1" | sort -n | awk '{ all[NR] = $1 } END { printf "%.2f", all[int((NR + 1) / 2)] }'
}
echo "command,wall before,wall,CPU before,CPU"
for command in $commands; do
  echo "$command,$(median "$work/plain.$command" '$1'),$(median "$work/ours.$command" '$1'),$(
    median "$work/plain.$command" '$2 + $3'),$(median "$work/ours.$command" '$2 + $3')"
done
