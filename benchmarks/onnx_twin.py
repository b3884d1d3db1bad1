"""Exports the network of `RxnAlbert_f32_ios15_fixed` from PyTorch as an ONNX file, for twin_speed.sh.

    python -m venv twin && twin/bin/pip install torch==2.7.0 onnx==1.23.2 transformers==5.24.0
    twin/bin/pip install --no-deps rxnmapper==0.4.3
    twin/bin/python benchmarks/onnx_twin.py albert.onnx [GOLDEN]

The weights are those of PyPI's rxnmapper, from which the package was converted. PyTorch brings its own CUDA libraries:
5 GB in all, which CI does not install. GOLDEN is a folder with input_00.npz and expected.npz: the answers of the export
are compared with them.

Inputs are floats that the graph makes whole numbers of, and are named as the engine's port names what it feeds, so that
both graphs are fed and read in the same way.
"""

import importlib.util
import pathlib
import sys

import numpy as np
import torch
from transformers import AlbertForMaskedLM

LENGTH = 64
MODEL = "models/transformers/albert_heads_8_uspto_all_1310k"
INPUTS = ("input_ids", "attention_mask")


class Fed(torch.nn.Module):
    """The network, fed with floats."""

    def __init__(self, network):
        super().__init__()
        self.network = network

    def forward(self, input_ids, attention_mask):
        return self.network(input_ids=input_ids.long(), attention_mask=attention_mask.long()).logits


def network():
    # Not imported: that would need what it maps reactions with.
    package = pathlib.Path(importlib.util.find_spec("rxnmapper").origin).parent
    loaded = AlbertForMaskedLM.from_pretrained(package / MODEL, attn_implementation="eager")
    return Fed(loaded).eval()


def compare(fed, golden):
    expected = np.load(golden / "expected.npz")
    with np.load(golden / "input_00.npz") as given:
        arrays = [torch.from_numpy(given[name].astype(np.float32)) for name in INPUTS]
    with torch.no_grad():
        answer = fed(*arrays).numpy()
    [name] = [key for key in expected.files if key.startswith("logits") and key.endswith("_00")]
    print("largest difference to the reference:", np.abs(answer - expected[name]).max())


def main(target, golden=None):
    fed = network()
    if golden:
        compare(fed, pathlib.Path(golden))
    shape = (1, LENGTH)
    torch.onnx.export(
        fed,
        (torch.ones(shape), torch.ones(shape)),
        target,
        input_names=[name + "\u00a7" for name in INPUTS],
        output_names=["logits"],
        opset_version=17,
        dynamo=False,
    )


main(*sys.argv[1:])
