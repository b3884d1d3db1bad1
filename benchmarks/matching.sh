#!/bin/sh
# What matching the biases of plans through the quantized network is worth; --help has the options.
#   mvn -q -pl jobs,benchmarks -am package -DskipTests && benchmarks/matching.sh --model MODEL.mlmodel --samples PICTURES --calibration OTHERS
set -eu
exec "$(dirname -- "$0")/run_class.sh" 4g MatchingBenchmark "$@"
