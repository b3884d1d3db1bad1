#!/bin/sh
# SqueezeNet as a package and as a network, on several splits of the same photographs, and a line of figures for each.
#   benchmarks/package_splits.sh DATA OUT [SEED ...]   (DATA holds models/ and images/)
# All sweeps share one table of evaluations, so options are fitted once for each model.
# WHICH="ios18 ios16 network" leaves some out. rule-ios18 and rule-ios16 are Apple's rule for mixed widths over the
# options without calibration; palettes-ios18 and palettes-ios16 are the same over palettes alone, as Apple has it.
# PEERS="greedy-by-psnr,global-config" tells after each line what these strategies choose on the same samples.
# uniform-network, uniform-ios18 and uniform-ios16 tell the best uniform scheme that the other half confirms.
set -eu
home=$(CDPATH='' cd -- "$(dirname -- "$0")/.." && pwd)
data=$1
out=$2
shift 2
[ $# -gt 0 ] || set -- 0 1 2 3 4

search() {
  name=$1
  seed=$2
  model=$3
  shift 3
  rm -rf "${out:?}/$name-$seed"
  "$home/quantsweep" sweep --model "$data/models/$model" --samples "$data/images/imagenet-500" \
    --splits selection=250,confirmation=250 --seed "$seed" \
    --agreement 0.95 --evaluations "$out/evaluations" --output "$out/$name-$seed" "$@" \
    >"$out/$name-$seed.log" 2>&1 || echo "$name $seed ended with $?" >&2
  python3 - "$name" "$seed" "$out/$name-$seed/result.json" <<'PYTHON'
import json, os, sys

name, seed, path = sys.argv[1:]
if os.path.exists(path):
    result = json.load(open(path))
    chosen, uniform = result["selected"], result["bestUniform"]

    def told(each):
        return "none" if each is None else f"{each['scheme'] or 'a plan'}, {each['encodedSize']:,}"

    confirmed = (chosen or {}).get("confirmation") or {}
    ratio = f"{chosen['encodedSize'] / uniform['encodedSize']:.3f}" if chosen and uniform else "-"
    print(
        f"| {name} | {seed} | {told(chosen)} | {told(uniform)} | {ratio} | {confirmed.get('agreeing')} of"
        f" {confirmed.get('samples')} | {result['cost']['inferences']:,} | {result['cost']['wallSeconds']:.0f} s |",
        flush=True,
    )
PYTHON
  [ ! -f "$out/$name-$seed/result.json" ] || python3 "$home/benchmarks/peers.py" "$name $seed" "$out/$name-$seed/result.json"
}

fitted() {
  search "$@" --calibration "$data/images/bsds-300" ${PEERS:+--compare-strategies "$PEERS"}
}

mkdir -p "$out"
for seed in "$@"; do
  for which in ${WHICH:-ios18 ios16 network rule-ios18 rule-ios16 palettes-ios18 palettes-ios16}; do
    case $which in
      ios18) fitted ios18 "$seed" SqueezeNet_f16_ios18.mlpackage --compute-unit cpu ;;
      ios16) fitted ios16 "$seed" SqueezeNet_f16_ios16.mlpackage --compute-unit cpu ;;
      network) fitted network "$seed" SqueezeNet.mlmodel ;;
      rule-ios18 | rule-ios16)
        fitted "$which" "$seed" "SqueezeNet_f16_${which#rule-}.mlpackage" --compute-unit cpu --no-calibration \
          --strategy greedy-by-psnr
        ;;
      palettes-ios18 | palettes-ios16)
        fitted "$which" "$seed" "SqueezeNet_f16_${which#palettes-}.mlpackage" --compute-unit cpu --no-calibration \
          --strategy greedy-by-psnr --tables-only
        ;;
      uniform-network) search "$which" "$seed" SqueezeNet.mlmodel --family uniform ;;
      uniform-ios18 | uniform-ios16)
        search "$which" "$seed" "SqueezeNet_f16_${which#uniform-}.mlpackage" --compute-unit cpu --family uniform
        ;;
      *)
        echo "$which is not among ios18, ios16, network, rule-, palettes- and uniform- before these." >&2
        exit 2
        ;;
    esac
  done
done
