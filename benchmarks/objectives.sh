#!/bin/sh
# The same sweep for bytes on disk and for bytes to download; --help has the options.
#   mvn -q -pl jobs,benchmarks -am package -DskipTests && benchmarks/objectives.sh --model MODEL.mlmodel --samples PICTURES --calibration PICTURES
set -eu
exec "$(dirname -- "$0")/run_class.sh" 4g ObjectiveBenchmark "$@"
