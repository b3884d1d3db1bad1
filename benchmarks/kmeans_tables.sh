#!/bin/sh
# Optimal look-up tables of a model, all eight widths, then those of scikit-learn and kmeans1d, side by side.
#   benchmarks/kmeans_tables.sh MODEL.mlmodel [--bits 1 2 3 ...]     # the widths of the others; all eight take many minutes
set -eu
[ $# -ge 1 ] || { echo "usage: $0 MODEL.mlmodel [--bits 1 2 3 ...]" >&2; exit 2; }
model=$(CDPATH='' cd -- "$(dirname -- "$1")" && pwd)/$(basename -- "$1")
shift
cd -- "$(dirname -- "$0")/.."
python=$(tools/python-env.sh benchmark | tail -n 1)
mvn -q -B -pl pipeline-core test-compile dependency:build-classpath -Dmdep.outputFile=target/test.classpath >&2
java -cp "pipeline-core/target/test-classes:pipeline-core/target/classes:$(cat pipeline-core/target/test.classpath)" \
  org.openjdk.jmh.Main KMeansBenchmark -p model="$model" -v SILENT -rf text -rff target/kmeans.txt >&2
cat target/kmeans.txt
exec "$python" benchmarks/kmeans_tables.py "$model" "$@"
