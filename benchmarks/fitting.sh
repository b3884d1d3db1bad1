#!/bin/sh
# How long each fit takes and what error it leaves; --help has the options.
#   mvn -q -pl jobs,benchmarks -am package -DskipTests && benchmarks/fitting.sh --model MODEL --calibration PICTURES
set -eu
exec "$(dirname -- "$0")/run_class.sh" 3g FittingBenchmark "$@"
