#!/bin/sh
# How the driver's own work grows from SAMPLES to ten times as many: no model runs, digests and answers are made up.
#   mvn -q -pl jobs,benchmarks -am package -DskipTests && benchmarks/sample_growth.sh [SAMPLES]
set -eu
home=$(CDPATH='' cd -- "$(dirname -- "$0")/.." && pwd)
jar=$(ls "$home"/jobs/target/jobs-*-all.jar)
path="$home/benchmarks/target/classes:$home/jobs/target/classes:$home/jobs/target/test-classes:$home/datasets/target/classes"
path="$path:$home/pipeline-core/target/classes:$jar:$home/jobs/target/spark/*"
for main in org.quantsweep.benchmark.SampleGrowth org.quantsweep.jobs.spark.StoreGrowth; do
  java -Xmx3g -XX:+UseSerialGC -XX:+IgnoreUnrecognizedVMOptions --add-opens=java.base/java.lang=ALL-UNNAMED \
    --add-opens=java.base/java.nio=ALL-UNNAMED --add-opens=java.base/java.util=ALL-UNNAMED \
    --add-opens=java.base/java.lang.invoke=ALL-UNNAMED --add-opens=java.base/sun.nio.ch=ALL-UNNAMED \
    --add-opens=java.base/sun.util.calendar=ALL-UNNAMED --add-opens=java.base/java.util.concurrent=ALL-UNNAMED \
    --add-opens=java.base/java.net=ALL-UNNAMED --add-opens=java.base/java.io=ALL-UNNAMED -cp "$path" "$main" "${1:-100000}"
done
