#!/bin/sh
# How the cost of a search grows with weight tensors, options and samples: evaluations, inferences and seconds of `knapsack`
# over calibrated options, one row for each setting.
#   mvn -q -pl jobs,benchmarks -am package -DskipTests && benchmarks/growth.sh MODEL.mlmodel PICTURES [MODEL.mlmodel PICTURES ...]
# For each model: all samples and all widths, then fewer samples, then fewer widths. CRITERION and AGREEMENT in the environment.
set -eu
home=$(CDPATH='' cd -- "$(dirname -- "$0")/.." && pwd)
row() { # model pictures samples bits
  "$home/benchmarks/strategies.sh" --model "$1" --samples "$2" --most-samples "$3" --bits "$4" --strategies knapsack --options calibrated \
    --criterion "${CRITERION:-top-1}" --agreement "${AGREEMENT:-0.95}" 2>/dev/null |
    grep '^0,' | awk -F, -v model="$(basename "$1" .mlmodel)" -v bits="$4" '{ gsub(/ \(options and sensitivities /, ",", $15); gsub(/\)/, "", $15);
      gsub(/,/, " ", bits); printf "%s,%s,%s,%s,%s,%s,%s,%s\n", model, $16, $17, $18, $13, $14, $15, bits }'
}
echo "model,weight tensors,options,selection samples,evaluations,inferences,seconds,seconds of options and sensitivities,widths"
while [ $# -ge 2 ]; do
  for samples in 1000000 1000 500 250; do row "$1" "$2" "$samples" 1,2,3,4,5,6,7,8; done
  for bits in 2,3,4,5,6,8 3,4,6,8 4,8; do row "$1" "$2" 1000000 "$bits"; done
  shift 2
done
