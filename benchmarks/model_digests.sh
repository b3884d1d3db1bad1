#!/bin/sh
# SHA-256 and size of every model of a folder in every uniform scheme. Lists of two versions are compared by diff.
#   mvn -q -pl jobs,benchmarks -am package -DskipTests && benchmarks/model_digests.sh FOLDER LIST
set -eu
exec "$(dirname -- "$0")/run_class.sh" 4g ModelDigests "$@"
