#!/bin/sh
# What a sweep over many samples costs in this process: a table of COUNT made pictures (28 x 28, PNG), ingested, then a uniform sweep and a
# per-tensor one. One line for each phase: seconds by the clock, seconds of processors (a busy machine changes them least), the driver's heap after
# collections, and the process's largest resident memory. Phases within a sweep stand in FOLDER/PHASE.log, each line with its second.
# MEMORY (4g) is the heap, AGREEMENT (0.99) the threshold, PYTHON that of `tools/python-env.sh spark`, which makes the pictures where FOLDER has none yet.
#   mvn -q -pl jobs -am package -DskipTests && PYTHON=python-of-spark benchmarks/sample_scale.sh COUNT mnistCNN.mlmodel FOLDER
set -eu
home=$(CDPATH='' cd -- "$(dirname -- "$0")/.." && pwd)
jar=$(ls "$home"/jobs/target/jobs-*-all.jar)
count=$1
model=$2
mkdir -p "$3"
folder=$(CDPATH='' cd -- "$3" && pwd)
modules=$(sed -n 's:.*<jvm.modules>\(.*\)</jvm.modules>.*:\1:p' "$home/pom.xml")
run() { # arguments of quantsweep
  # shellcheck disable=SC2086
  OMP_NUM_THREADS=1 java $modules -Xmx"${MEMORY:-4g}" -XX:+UseParallelGC -Xlog:gc:file="$folder/gc.log" \
    -cp "$jar:$home/jobs/target/spark/*" org.quantsweep.jobs.cli.QuantSweep "$@" &
  process=$!
  # The kernel keeps the peak itself, so that the last look before the end has it but for the last second.
  while sed -n 's/VmHWM:[[:space:]]*\([0-9]*\) kB/\1/p' "/proc/$process/status" 2>/dev/null >"$folder/peak.new" && [ -s "$folder/peak.new" ]; do
    mv "$folder/peak.new" "$folder/peak"
    sleep 1
  done
  code=0
  wait "$process" || code=$?
  times >"$folder/times" # not in a pipe, whose own shell has no children
  awk -F '[ms ]' 'NR == 2 { printf "%.0f", $1 * 60 + $2 + $4 * 60 + $5 }' "$folder/times" >"$folder/processors"
  return "$code"
}
seconds() { awk -v now="$(date +%s.%N)" -v from="$1" 'BEGIN { printf "%.1f", now - from }'; }
heap() { sed -n 's/.*->\([0-9]*\)M(.*/\1/p' "$folder/gc.log" | sort -n | tail -1; }
phase() { # what, arguments of quantsweep
  what=$1
  shift
  from=$(date +%s.%N)
  # Phases within a sweep: the lines that it tells, with the second in which it does.
  run "$@" 2>&1 | while IFS= read -r line; do printf '%8s s  %s\n' "$(seconds "$from")" "$line"; done >"$folder/$what.log"
  printf '%s,%s,%s,%s,%s,%s\n' "$what" "$count" "$(seconds "$from")" "$(cat "$folder/processors")" "$(heap)" "$(($(cat "$folder/peak") / 1024))"
}
echo "phase,samples,seconds,seconds of processors,most MB of heap after a collection,most MB resident"
[ -d "$folder/pictures.parquet" ] || "${PYTHON:?}" "$home/benchmarks/made_pictures.py" "$count" "$folder/pictures.parquet" >&2
phase ingest ingest "$folder/pictures.parquet" "$folder/samples"
phase uniform sweep --model "$model" --samples "$folder/samples" --output "$folder/uniform" \
  --criterion top-1 --agreement "${AGREEMENT:-0.99}" --family uniform
phase per-tensor sweep --model "$model" --samples "$folder/samples" --output "$folder/per-tensor" \
  --criterion top-1 --agreement "${AGREEMENT:-0.99}"
