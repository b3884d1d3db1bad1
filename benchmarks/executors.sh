#!/bin/sh
# One sweep by one executor and by two, each with one core, by turns: wall seconds of the whole
# command, and the ratio of the medians. From empty tables each time; driver and executors are processes of this machine.
# Each JVM has the first compiler alone, as the README advises for short sweeps: three that compile share the cores.
#   mvn -q -pl jobs -am package -DskipTests && benchmarks/executors.sh ROUNDS --model MODEL --samples PICTURES ...   (options of `quantsweep sweep`)
set -eu
home=$(CDPATH='' cd -- "$(dirname -- "$0")/.." && pwd)
rounds=$1
shift
jar=$(ls "$home"/jobs/target/jobs-*-all.jar)
spark=$("$home/tools/python-env.sh" spark)
SPARK_HOME=$("$spark" -c 'import pathlib, pyspark; print(pathlib.Path(pyspark.__file__).parent)')
export SPARK_HOME SPARK_LOCAL_IP=127.0.0.1
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
for round in $(seq "$rounds"); do
  for executors in 1 2; do
    out=$work/$round-$executors
    start=$(date +%s.%N)
    "$SPARK_HOME/bin/spark-submit" --master "local-cluster[$executors,1,1536]" --driver-memory 1g --executor-memory 1536m \
      --conf spark.ui.enabled=false --driver-java-options -XX:TieredStopAtLevel=1 \
      --conf spark.executor.extraJavaOptions=-XX:TieredStopAtLevel=1 --class org.quantsweep.jobs.cli.QuantSweep "$jar" \
      sweep --output "$out" --evaluations "$out/evaluations" "$@" >"$work/log" 2>&1 || {
      cat "$work/log" >&2
      exit 1
    }
    end=$(date +%s.%N)
    echo "$executors $start $end $out/result.json" >>"$work/rows"
  done
done
exec python3 - "$work/rows" <<'PYTHON'
import json, statistics, sys

walls, digests = {}, set()
for line in open(sys.argv[1]):
    executors, start, end, result = line.split()
    walls.setdefault(executors, []).append(float(end) - float(start))
    digests.add(json.load(open(result))["selected"]["sha256"])
    print(f"{executors} executors: {walls[executors][-1]:.1f} s")
one, two = (statistics.median(walls[each]) for each in "12")
print(f"ratio of the medians: {one / two:.2f}; " + ("one answer" if len(digests) == 1 else "ANSWERS DIFFER"))
PYTHON
