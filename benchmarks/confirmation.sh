#!/bin/sh
# What selection and confirmation decide on hundreds of splits of the frontiers that lie here: everything is looked up,
# nothing runs. A few minutes of one core.
#   mvn -q -pl pipeline-core test-compile && benchmarks/confirmation.sh [FOLDER]
# The figures go to standard output; a row for each answer on mnistCNN goes to FOLDER/third.csv (target/confirmation),
# of which confirmed_answers.py draws docs/confirmed-answers.svg.
set -eu
cd -- "$(dirname -- "$0")/.."
folder=${1:-target/confirmation}
mkdir -p "$folder" target
mvn -q -B -pl pipeline-core test-compile dependency:build-classpath -Dmdep.outputFile="$PWD/target/test.classpath" >&2
simulate() {
  java -cp "pipeline-core/target/test-classes:pipeline-core/target/classes:$(cat target/test.classpath)" \
    org.quantsweep.search.ConfirmationSimulation "$@"
}
squeeze="benchmarks/frontiers/SqueezeNet.csv 128"
lite="benchmarks/frontiers/EfficientNetLite0.csv 512"
digits="benchmarks/frontiers/mnistCNN.csv 1"
echo "## The curve"
for n in 250 500; do printf 'SqueezeNet, t = 0.95: '; simulate bias $squeeze 0.95 $n 400; done
printf 'EfficientNet-Lite0, t = 0.95: '; simulate bias $lite 0.95 250 400
printf 'mnistCNN, t = 0.98: '; simulate bias $digits 0.98 500 400
echo "## Predicted and seen share of rungs that pass"
printf 'SqueezeNet, t = 0.95, 250 and 250 of 500: '; simulate chances $squeeze 0.95 250 20
printf 'EfficientNet-Lite0, t = 0.95, 250 and 250 of 500: '; simulate chances $lite 0.95 250 20
printf 'mnistCNN, t = 0.98, 500 and 500: '; simulate chances $digits 0.98 500 20
echo "## Excess over the smallest plan that truly meets t; answers truly below; no answer; tested"
for setting in "point 250" "bound 500" "bound 1000"; do
  echo "SqueezeNet, t = 0.95, $setting"
  simulate excess $squeeze 0.95 $setting 150
done
for setting in "point 250" "bound 500"; do
  echo "EfficientNet-Lite0, t = 0.95, $setting"
  simulate excess $lite 0.95 $setting 150
done
echo "## mnistCNN: 1,000 select, 1,000 confirm, 1,200 are untouched"
: >"$folder/third.csv"
for rule in bound point; do
  for t in 0.98 0.99; do
    simulate third $digits "$t" "$rule" 1000 100 >>"$folder/third.csv"
  done
done
python3 benchmarks/confirmed_answers.py "$folder/third.csv" docs/confirmed-answers.svg
