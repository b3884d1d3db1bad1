#!/bin/sh
# Judges the plans of one line and the uniform candidates on every sample, once; --help has the options.
#   mvn -q -pl jobs,benchmarks -am package -DskipTests && benchmarks/frontier.sh --model MODEL.mlmodel --samples PICTURES --output FRONTIER.csv
set -eu
exec "$(dirname -- "$0")/run_class.sh" 4g FrontierBenchmark "$@"
