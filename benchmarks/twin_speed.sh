#!/bin/sh
# The time of one model relative to another that holds the same network, in one process.
#   mvn -q -pl jobs,benchmarks -am package -DskipTests && benchmarks/twin_speed.sh MODEL TWIN [RUNS]
set -eu
exec "$(dirname -- "$0")/run_class.sh" 4g TwinSpeed "$@"
