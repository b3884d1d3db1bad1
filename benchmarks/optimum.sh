#!/bin/sh
# Every plan of a small network against what the search finds; --help has the options.
#   mvn -q -pl jobs,benchmarks -am package -DskipTests && benchmarks/optimum.sh --model mnistCNN.mlmodel --samples PICTURES
set -eu
exec "$(dirname -- "$0")/run_class.sh" 4g OptimumBenchmark "$@"
