#!/bin/sh
# Reading a package, digest included, against reading and hashing its bytes. The package: benchmarks/made_package.py.
#   mvn -q -pl jobs,benchmarks -am package -DskipTests && benchmarks/package_reading.sh PACKAGE
set -eu
home=$(CDPATH='' cd -- "$(dirname -- "$0")/.." && pwd)
jar=$(ls "$home"/jobs/target/jobs-*-all.jar)
exec java -Xmx1g -cp "$home/benchmarks/target/classes:$home/pipeline-core/target/classes:$jar:$home/jobs/target/spark/*:$(
  find "$HOME/.m2/repository/com/google/protobuf/protobuf-java" -name '*.jar' | sort | tail -1)" \
  org.quantsweep.benchmark.PackageReading "$@"
