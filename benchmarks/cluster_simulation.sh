#!/bin/sh
# A uniform sweep over made samples on a cluster that is not there: slots, bytes and the driver's memory.
#   mvn -q -pl benchmarks -am package -DskipTests && benchmarks/cluster_simulation.sh [SAMPLES [EXECUTORS]]
set -eu
home=$(CDPATH='' cd -- "$(dirname -- "$0")/.." && pwd)
jars=$(find "$HOME/.m2/repository/org/apache/commons" "$HOME/.m2/repository/com/google/protobuf/protobuf-java" -name '*.jar' | sort | tr '\n' ':')
exec java -Xmx3g -XX:+UseSerialGC -cp "$home/benchmarks/target/classes:$home/pipeline-core/target/classes:$jars" \
  org.quantsweep.benchmark.ClusterSimulation "$@"
