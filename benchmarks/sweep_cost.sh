#!/bin/sh
# One sweep from empty tables, and a line of what it gives and costs: wall and CPU seconds, and the largest resident memory of its process.
#   benchmarks/sweep_cost.sh OUT --model MODEL --samples PICTURES ...      (the options of `quantsweep sweep`; OUT must not exist)
# QUANTSWEEP_JAVA_OPTIONS=-Xmx3g in the environment bounds the heap. What the command says lies in OUT.log.
set -eu
home=$(CDPATH='' cd -- "$(dirname -- "$0")/.." && pwd)
out=$1
shift
[ ! -e "$out" ] || {
  echo "$out is there already. Maybe name another folder." >&2
  exit 2
}
"$home/quantsweep" --version >/dev/null
python3 - "$home/quantsweep" "$out" "$@" <<'PYTHON'
import json, os, resource, subprocess, sys, time

launcher, out, *options = sys.argv[1:]
start = time.monotonic()
with open(out + ".log", "wb") as log:
    code = subprocess.call(
        [launcher, "sweep", "--output", out, "--evaluations", os.path.join(out, "evaluations"), *options],
        stdin=subprocess.DEVNULL, stdout=log, stderr=subprocess.STDOUT,
    )
wall = time.monotonic() - start
used = resource.getrusage(resource.RUSAGE_CHILDREN)
if code not in (0, 3):
    sys.exit(f"the sweep ended with exit code {code}: see {out}.log")
result = json.load(open(os.path.join(out, "result.json")))
chosen, uniform = result["selected"], result["bestUniform"]


def told(each):
    return "none" if each is None else f"{each['scheme'] or 'a plan'}, {each['encodedSize']:,}"


confirmed = (chosen or {}).get("confirmation") or {}
ratio = f"{chosen['encodedSize'] / uniform['encodedSize']:.3f}" if chosen and uniform else "-"
print("| answer, bytes | best uniform, bytes | ratio | confirmed | inferences | wall | CPU | most resident |")
print("|---|---|---|---|---|---|---|---|")
print(
    f"| {told(chosen)} | {told(uniform)} | {ratio} | {confirmed.get('agreeing')} of {confirmed.get('samples')}"
    f" | {result['cost']['inferences']:,} | {wall:.0f} s | {used.ru_utime + used.ru_stime:.0f} s"
    f" | {used.ru_maxrss / 1024:,.0f} MB |"
)
PYTHON
# What strategies that --compare-strategies names choose.
python3 "$home/benchmarks/peers.py" "$(basename "$out")" "$out/result.json"
