"""Makes a network of the shape of ResNet-50 (25.5 million weights, random) with the real coremltools.

    made_resnet.py MODEL.mlmodel
"""

import sys

import coremltools as ct
import numpy as np
from coremltools.models import datatypes
from coremltools.models.neural_network import NeuralNetworkBuilder

random = np.random.default_rng(1)
builder = NeuralNetworkBuilder(
    [("image", datatypes.Array(3, 224, 224))],
    [("scores", datatypes.Array(1000))],
    mode="classifier",
    disable_rank5_shape_mapping=False,
)
made = 0


def convolution(data, inputs, outputs, kernel, stride=1, gain=2.0, relu=True):
    """A convolution with a bias, as its batch norm leaves it once it is folded, and a ReLU behind."""
    global made
    made += 1
    name = f"conv{made}"
    scale = np.sqrt(gain / (kernel * kernel * inputs))
    builder.add_convolution(
        name, inputs, outputs, kernel, kernel, stride, stride, "same", 1,
        W=(random.standard_normal((kernel, kernel, inputs, outputs)) * scale).astype(np.float32),
        b=(random.standard_normal(outputs) * 0.1).astype(np.float32),
        has_bias=True, input_name=data, output_name=name,
    )
    if not relu:
        return name
    builder.add_activation(name + "_relu", "RELU", name, name + "_relu")
    return name + "_relu"


data = convolution("image", 3, 64, 7, 2)
builder.add_pooling("pool1", 3, 3, 2, 2, "MAX", "SAME", data, "pool1")
data, channels = "pool1", 64
for stage, (width, blocks) in enumerate([(64, 3), (128, 4), (256, 6), (512, 3)]):
    for block in range(blocks):
        stride = 2 if stage > 0 and block == 0 else 1
        inner = convolution(data, channels, width, 1, stride)
        inner = convolution(inner, width, width, 3)
        inner = convolution(inner, width, 4 * width, 1, gain=0.2, relu=False)
        if block == 0:
            data = convolution(data, channels, 4 * width, 1, stride, gain=1.0, relu=False)
        name = f"sum{stage}_{block}"
        builder.add_elementwise(name, [inner, data], name, "ADD")
        builder.add_activation(name + "_relu", "RELU", name, name + "_relu")
        data, channels = name + "_relu", 4 * width
builder.add_pooling("mean", 1, 1, 1, 1, "AVERAGE", "VALID", data, "mean", is_global=True)
builder.add_flatten("flat", 0, "mean", "flat")
weights = (random.standard_normal((1000, channels)) * 0.3).astype(np.float32)
builder.add_inner_product("dense", weights, np.zeros(1000, np.float32), channels, 1000, True, "flat", "dense")
builder.add_softmax("softmax", "dense", "scores")
builder.set_class_labels([f"class {i}" for i in range(1000)])
builder.set_pre_processing_parameters(image_input_names=["image"], image_scale=1 / 128, red_bias=-1, green_bias=-1, blue_bias=-1)
ct.models.utils.save_spec(builder.spec, sys.argv[1])
