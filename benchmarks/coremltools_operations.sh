#!/bin/sh
# coremltools' own tests of its operations, with our engine where Core ML is on a Mac: all that come to a prediction.
#   benchmarks/coremltools_operations.sh [CASES [PYTEST-ARGUMENT ...]]
# CASES is how many cases of each test function run; all where it is 0 or left out, which takes hours. PYTHON names an interpreter with
# coremltools 9.0 and pytest, and perhaps PyTorch and TensorFlow: many tests compare with these. By default it is the environment
# coremltools of tools/python-env.sh, which has neither. QUANTSWEEP_OUTCOMES names a file that gets a line for each test.
# Exit status 0: each passes, or differs as pipeline-core/src/test/python/coremltools_differences.txt lists.
set -eu
home=$(CDPATH='' cd -- "$(dirname -- "$0")/.." && pwd)
cd "$home"
mvn -q -B -pl pipeline-core test-compile dependency:build-classpath -Dmdep.outputFile=target/test.classpath >&2
classpath="$home/pipeline-core/target/test-classes:$home/pipeline-core/target/classes:$(cat pipeline-core/target/test.classpath)"
exec "${PYTHON:-$(tools/python-env.sh coremltools)}" pipeline-core/src/test/python/run_coremltools_tests.py "$classpath" "$@"
