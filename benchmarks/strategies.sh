#!/bin/sh
# Every strategy on the same model, splits and evaluator; --help has the options.
#   mvn -q -pl jobs,benchmarks -am package -DskipTests && benchmarks/strategies.sh --model MODEL.mlmodel --samples PICTURES --calibration PICTURES
set -eu
exec "$(dirname -- "$0")/run_class.sh" 4g StrategyBenchmark "$@"
