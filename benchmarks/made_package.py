"""Makes an ML Program of about 100 MB in half precision, with the real coremltools: 24 products of 2048 x 1024.

    made_package.py PACKAGE
"""

import sys

import coremltools as ct
import numpy as np
from coremltools.converters.mil import Builder as mb

random = np.random.default_rng(1)
weights = [random.standard_normal((2048, 1024) if i % 2 == 0 else (1024, 2048)).astype(np.float32) for i in range(24)]


@mb.program(input_specs=[mb.TensorSpec(shape=(1, 1024))], opset_version=ct.target.iOS16)
def program(x):
    for weight in weights:
        x = mb.relu(x=mb.linear(x=x, weight=weight))
    return x


model = ct.convert(program, minimum_deployment_target=ct.target.iOS16, compute_precision=ct.precision.FLOAT16)
model.save(sys.argv[1])
