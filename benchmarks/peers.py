"""What other strategies choose on the same selection samples, one line of figures each.

    peers.py NAME RESULT.json

The sweep had --compare-strategies. Ratios are to the best uniform candidate, like the answer's. No choice is confirmed.
"""

import json
import sys

name, path = sys.argv[1:]
result = json.load(open(path))
uniform = result["bestUniform"]
for peer in result.get("strategies") or []:
    size = peer["encodedSize"]
    ratio = f"{size / uniform['encodedSize']:.3f}" if size and uniform else "-"
    choice = "none" if size is None else f"{peer['scheme'] or 'a plan'}, {size:,}"
    print(f"| {name} | {peer['strategy']} | {choice} | {ratio} | {peer['evaluations']} evaluations |", flush=True)
