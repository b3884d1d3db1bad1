#!/bin/sh
# Candidate inferences a second of a sweep against plain ONNX Runtime, in one process.
#   mvn -q -pl jobs,benchmarks -am package -DskipTests && benchmarks/sweep_throughput.sh MODEL.mlmodel PICTURES [THREADS]
set -eu
exec "$(dirname -- "$0")/run_class.sh" 4g SweepThroughput "$@"
