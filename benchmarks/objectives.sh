#!/bin/sh
# The same sweep for bytes on disk and for bytes to download; --help has the options.
#   mvn -q -pl jobs,benchmarks -am package -DskipTests && benchmarks/objectives.sh --model MODEL.mlmodel --samples PICTURES --calibration PICTURES
set -eu
home=$(CDPATH='' cd -- "$(dirname -- "$0")/.." && pwd)
jar=$(ls "$home"/jobs/target/jobs-*-all.jar)
exec java -Xmx4g -cp "$home/benchmarks/target/classes:$home/datasets/target/classes:$home/pipeline-core/target/classes:$jar:$home/jobs/target/spark/*:$(
  find "$HOME/.m2/repository/com/google/protobuf/protobuf-java" -name '*.jar' | sort | tail -1)" \
  org.quantsweep.benchmark.ObjectiveBenchmark "$@"
