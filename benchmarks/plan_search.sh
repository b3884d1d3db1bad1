#!/bin/sh
# A search over plans in a model of many weight tensors, without its runs. The model: benchmarks/made_layers.py.
#   mvn -q -pl jobs,benchmarks -am package -DskipTests && benchmarks/plan_search.sh MODEL [OPTIONS]
set -eu
exec "$(dirname -- "$0")/run_class.sh" 512m PlanSearchScale "$@"
