"""Makes a model of many weight tensors with the real coremltools: products of 64 x 16 to 64 x 96 values and biases.

    made_layers.py MODEL.mlmodel|PACKAGE.mlpackage [COUNT]
"""

import sys

import coremltools as ct
import numpy as np
from coremltools.models import datatypes
from coremltools.models.neural_network import NeuralNetworkBuilder

path, count = sys.argv[1], int(sys.argv[2]) if len(sys.argv) > 2 else 1000
random = np.random.default_rng(1)
widths = [64] + [16 * int(w) for w in random.integers(1, 7, count)]
weights = [random.standard_normal((widths[i + 1], widths[i])).astype(np.float32) / 8 for i in range(count)]
biases = [random.standard_normal(widths[i + 1]).astype(np.float32) for i in range(count)]

if path.endswith(".mlmodel"):
    builder = NeuralNetworkBuilder([("x", datatypes.Array(64))], [("y", datatypes.Array(widths[-1]))])
    for i in range(count):
        builder.add_inner_product(
            f"layer{i}", weights[i], biases[i], widths[i], widths[i + 1], True, "x" if i == 0 else f"v{i - 1}", "y" if i == count - 1 else f"v{i}"
        )
    ct.models.utils.save_spec(builder.spec, path)
else:
    from coremltools.converters.mil import Builder as mb

    @mb.program(input_specs=[mb.TensorSpec(shape=(1, 64))], opset_version=ct.target.iOS16)
    def program(x):
        for i in range(count):
            x = mb.linear(x=x, weight=weights[i], bias=biases[i])
        return x

    model = ct.convert(program, minimum_deployment_target=ct.target.iOS16, compute_precision=ct.precision.FLOAT16)
    model.save(path)
