#!/bin/sh
# What matching the biases of plans through the quantized network is worth; --help has the options.
#   mvn -q -pl jobs,benchmarks -am package -DskipTests && benchmarks/matching.sh --model MODEL.mlmodel --samples PICTURES --calibration OTHERS
set -eu
home=$(CDPATH='' cd -- "$(dirname -- "$0")/.." && pwd)
jar=$(ls "$home"/jobs/target/jobs-*-all.jar)
exec java -Xmx4g -cp "$home/benchmarks/target/classes:$home/datasets/target/classes:$home/pipeline-core/target/classes:$jar:$home/jobs/target/spark/*:$(
  find "$HOME/.m2/repository/com/google/protobuf/protobuf-java" -name '*.jar' | sort | tail -1)" \
  org.quantsweep.benchmark.MatchingBenchmark "$@"
