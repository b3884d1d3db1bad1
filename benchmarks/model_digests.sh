#!/bin/sh
# SHA-256 and size of every model of a folder in every uniform scheme. Lists of two versions are compared by diff.
#   mvn -q -pl jobs,benchmarks -am package -DskipTests && benchmarks/model_digests.sh FOLDER LIST
set -eu
home=$(CDPATH='' cd -- "$(dirname -- "$0")/.." && pwd)
jar=$(ls "$home"/jobs/target/jobs-*-all.jar)
exec java -Xmx4g -cp "$home/benchmarks/target/classes:$home/datasets/target/classes:$home/pipeline-core/target/classes:$jar:$home/jobs/target/spark/*:$(
  find "$HOME/.m2/repository/com/google/protobuf/protobuf-java" -name '*.jar' | sort | tail -1)" \
  org.quantsweep.benchmark.ModelDigests "$@"
