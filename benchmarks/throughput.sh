#!/bin/sh
# Packing of codes at 1 to 8 bits, and writing of a model's file, in MB/s and as a share of a plain copy. Two minutes.
#   benchmarks/throughput.sh MODEL.mlmodel
set -eu
[ $# -eq 1 ] || { echo "usage: $0 MODEL.mlmodel" >&2; exit 2; }
model=$(CDPATH='' cd -- "$(dirname -- "$1")" && pwd)/$(basename -- "$1")
cd -- "$(dirname -- "$0")/.."
mvn -q -B -pl pipeline-core test-compile dependency:build-classpath -Dmdep.outputFile=target/test.classpath >&2
exec java -cp "pipeline-core/target/test-classes:pipeline-core/target/classes:$(cat pipeline-core/target/test.classpath)" \
  org.quantsweep.encode.ThroughputTable "$model"
