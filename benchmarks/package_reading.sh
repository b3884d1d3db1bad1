#!/bin/sh
# Reading a package, digest included, against reading and hashing its bytes. The package: benchmarks/made_package.py.
#   mvn -q -pl jobs,benchmarks -am package -DskipTests && benchmarks/package_reading.sh PACKAGE
set -eu
exec "$(dirname -- "$0")/run_class.sh" 1g PackageReading "$@"
