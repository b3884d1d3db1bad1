#!/bin/sh
# Candidate inferences a second of a sweep against plain ONNX Runtime, in one process.
#   mvn -q -pl jobs,benchmarks -am package -DskipTests && benchmarks/sweep_throughput.sh MODEL.mlmodel PICTURES [THREADS]
set -eu
home=$(CDPATH='' cd -- "$(dirname -- "$0")/.." && pwd)
jar=$(ls "$home"/jobs/target/jobs-*-all.jar)
exec java -Xmx4g -cp "$home/benchmarks/target/classes:$home/datasets/target/classes:$home/pipeline-core/target/classes:$jar:$home/jobs/target/spark/*:$(
  find "$HOME/.m2/repository/com/google/protobuf/protobuf-java" -name '*.jar' | sort | tail -1)" \
  org.quantsweep.benchmark.SweepThroughput "$@"
