"""A user's script: makes an ML Program with coremltools alone.  SCRIPT MODEL PACKAGE

Doubles four numbers and adds one.
"""

import sys

import coremltools as ct
import numpy as np
from coremltools.converters.mil import Builder as mb


@mb.program(input_specs=[mb.TensorSpec(shape=(1, 4))], opset_version=ct.target.iOS16)
def program(x):
    weight = 2 * np.eye(4, dtype=np.float32)
    return mb.linear(x=x, weight=weight, bias=np.ones(4, np.float32), name="y")


made = ct.convert(
    program,
    minimum_deployment_target=ct.target.iOS16,
    compute_precision=ct.precision.FLOAT32,
    skip_model_load=True,
)
made.save(sys.argv[2])
