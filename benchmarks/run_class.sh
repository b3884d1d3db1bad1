#!/bin/sh
# Runs a class of the benchmarks:   benchmarks/run_class.sh HEAP CLASS [ARGUMENT ...]
# The other scripts call it, after
#   mvn -q -pl jobs,benchmarks -am package -DskipTests
# The shaded jar holds some libraries under other names; the modules' own classes need them under their own.
set -eu
home=$(CDPATH='' cd -- "$(dirname -- "$0")/.." && pwd)
heap=$1
class=$2
shift 2
jar=$(ls "$home"/jobs/target/jobs-*-all.jar)
renamed=
for library in com/google/protobuf/protobuf-java org/jruby/jzlib; do
  renamed=$renamed:$(find "$HOME/.m2/repository/$library" -name '*.jar' | sort | tail -1)
done
exec java "-Xmx$heap" -cp "$home/benchmarks/target/classes:$home/datasets/target/classes:$home/pipeline-core/target/classes:$jar:$home/jobs/target/spark/*$renamed" \
  "org.quantsweep.benchmark.$class" "$@"
