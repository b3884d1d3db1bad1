"""Makes what DiffCommandTest compares with the models of make_packages.py, and the SNR that it expects.

Needs coremltools 9.0 (tools/python-env.sh coremltools). Run it in the module's folder:

    python src/test/python/make_diff_fixtures.py

coremltools makes the codes; NumPy decodes them from the files' fields (w = code x scale + bias, w = code x scale) and
takes 10 log10(sum w^2 / sum (w - decoded)^2).
"""

import json
import pathlib
import shutil

import coremltools as ct
import numpy as np
from coremltools.models import datatypes
from coremltools.models.neural_network import NeuralNetworkBuilder
from coremltools.models.neural_network.quantization_utils import quantize_weights
from coremltools.optimize.coreml import OpLinearQuantizerConfig, OptimizationConfig, linear_quantize_weights

PACKAGES = pathlib.Path("src/test/resources/packages")
FOLDER = pathlib.Path("src/test/resources/diff")
FOLDER.mkdir(exist_ok=True)

# Names may hold anything; these would forge a line and turn the text around.
HOSTILE = "leaky\n- layer forged\u202e"


def snr(weights, decoded):
    weights = weights.astype(np.float64)
    return 10 * np.log10((weights**2).sum() / ((weights - decoded) ** 2).sum())


def network():
    given = ct.utils.load_spec(str(PACKAGES / "classifier.mlmodel"))
    layer = given.neuralNetworkClassifier.layers[0].innerProduct
    weights = np.array(layer.weights.floatValue, np.float32).reshape(3, 4)
    bias = np.array(layer.bias.floatValue, np.float32)
    builder = NeuralNetworkBuilder(
        [("features", datatypes.Array(4))], [("classProbability", datatypes.Array(3))], mode="classifier"
    )
    builder.add_inner_product("linear", weights, bias, 4, 3, True, "features", "y")
    builder.add_activation(HOSTILE, "LEAKYRELU", "y", "z", [0.1])
    builder.add_softmax("softmax", "z", "classProbability")
    builder.set_class_labels(["a", "b", "c"], predicted_feature_name="label", prediction_blob="classProbability")
    model = ct.models.MLModel(builder.spec, skip_model_load=True)
    quantized = quantize_weights(model, 4, "linear")
    spec = quantized if not isinstance(quantized, ct.models.MLModel) else quantized.get_spec()
    ct.models.utils.save_spec(spec, str(FOLDER / "quantized.mlmodel"))
    stored = spec.neuralNetworkClassifier.layers[0].innerProduct.weights
    bits = np.unpackbits(np.frombuffer(stored.rawValue, np.uint8))[: 12 * 4].reshape(12, 4)
    codes = (bits @ [8, 4, 2, 1]).reshape(3, 4)
    scale = np.array(stored.quantization.linearQuantization.scale, np.float32).reshape(-1, 1)
    least = np.array(stored.quantization.linearQuantization.bias, np.float32).reshape(-1, 1)
    return snr(weights, (codes * scale + least).astype(np.float32))


def package():
    model = ct.models.MLModel(str(PACKAGES / "classifier.mlpackage"), skip_model_load=True)
    config = OptimizationConfig(OpLinearQuantizerConfig(mode="linear_symmetric", weight_threshold=1))
    quantized = linear_quantize_weights(model, config)
    target = FOLDER / "quantized.mlpackage"
    shutil.rmtree(target, ignore_errors=True)
    quantized.save(str(target))
    weights = np.array([[0, 0, 1, 0.25], [1, 0, 0, 0.5], [0, 1, 0, -0.5]], np.float32)
    scale = (np.abs(weights).max(axis=1, keepdims=True) / np.float32(127)).astype(np.float32)
    codes = np.round(weights / scale)
    return snr(weights, (codes * scale).astype(np.float32))


expected = {"network": network(), "package": package()}
(FOLDER / "expected.json").write_text(json.dumps(expected, indent=1) + "\n")
print(expected)
