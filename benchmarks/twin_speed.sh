#!/bin/sh
# The time of one model relative to another that holds the same network, in one process.
#   mvn -q -pl jobs,benchmarks -am package -DskipTests && benchmarks/twin_speed.sh MODEL TWIN [RUNS]
set -eu
home=$(CDPATH='' cd -- "$(dirname -- "$0")/.." && pwd)
jar=$(ls "$home"/jobs/target/jobs-*-all.jar)
exec java -Xmx4g -cp "$home/benchmarks/target/classes:$home/pipeline-core/target/classes:$jar:$home/jobs/target/spark/*:$(
  find "$HOME/.m2/repository/com/google/protobuf/protobuf-java" -name '*.jar' | sort | tail -1)" \
  org.quantsweep.benchmark.TwinSpeed "$@"
