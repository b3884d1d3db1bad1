#!/bin/sh
# Packages without pictures, each searched on the samples made for it, and one line of figures each.
#   benchmarks/packages.sh DATA OUT [NAME ...]   (DATA holds models/ and samples/)
# PEERS="greedy-by-psnr,global-config" tells after each line what these strategies choose on the same samples.
set -eu
home=$(CDPATH='' cd -- "$(dirname -- "$0")/.." && pwd)
data=$1
out=$2
shift 2
[ $# -gt 0 ] || set -- SileroVAD RxnAlbert G2pEnEncoder Magika

search() {
  name=$1
  package=$2
  samples=$3
  criterion=$4
  rm -rf "$out/$name"
  "$home/quantsweep" sweep --model "$data/models/$package.mlpackage" \
    --samples "$data/samples/$samples" --criterion "$criterion" --agreement 0.95 \
    --splits calibration=100,selection=200,confirmation=200 --seed 0 --compute-unit cpu \
    ${PEERS:+--compare-strategies "$PEERS"} \
    --output "$out/$name" >"$out/$name.log" 2>&1 || echo "$name ended with $?" >&2
}

mkdir -p "$out"
for name in "$@"; do
  case $name in
    SileroVAD) search "$name" SileroVAD_f16_ios17 speech-windows.npz largest-error:0.05 ;;
    RxnAlbert) search "$name" RxnAlbert_f16_ios18_sdpa reactions.npz snr:20 ;;
    G2pEnEncoder) search "$name" G2pEnEncoder_f16_ios18 words cosine:0.999 ;;
    Magika) search "$name" Magika_f16_ios16 files.npz top-1 ;;
    *)
      echo "$name is not among SileroVAD, RxnAlbert, G2pEnEncoder, Magika." >&2
      exit 2
      ;;
  esac
  python3 - "$name" "$out/$name/result.json" <<'PYTHON'
import json, os, sys

name, path = sys.argv[1:]
if os.path.exists(path):
    result = json.load(open(path))
    chosen, uniform = result["selected"], result["bestUniform"]

    def told(each):
        return "none" if each is None else f"{each['scheme'] or 'a plan'}, {each['encodedSize']} bytes"

    confirmed = (chosen or {}).get("confirmation") or {}
    ratio = chosen["encodedSize"] / uniform["encodedSize"] if chosen and uniform else float("nan")
    print(
        f"| {name} | {result['sourceModel']['encodedSize']} | {told(chosen)} | {told(uniform)} | {ratio:.3f} |"
        f" {confirmed.get('agreeing')} of {confirmed.get('samples')} | {result['cost']['wallSeconds']:.0f} s |"
    )
PYTHON
  [ ! -f "$out/$name/result.json" ] || python3 "$home/benchmarks/peers.py" "$name" "$out/$name/result.json"
done
