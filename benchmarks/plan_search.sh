#!/bin/sh
# A search over plans in a model of many weight tensors, without its runs. The model: benchmarks/made_layers.py.
#   mvn -q -pl jobs,benchmarks -am package -DskipTests && benchmarks/plan_search.sh MODEL [OPTIONS]
set -eu
home=$(CDPATH='' cd -- "$(dirname -- "$0")/.." && pwd)
jar=$(ls "$home"/jobs/target/jobs-*-all.jar)
exec java -Xmx512m -cp "$home/benchmarks/target/classes:$home/pipeline-core/target/classes:$jar:$home/jobs/target/spark/*:$(
  find "$HOME/.m2/repository/com/google/protobuf/protobuf-java" -name '*.jar' | sort | tail -1)" \
  org.quantsweep.benchmark.PlanSearchScale "$@"
