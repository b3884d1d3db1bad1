"""Makes the small ML Programs and their twin that the tests of the commands read.

Needs coremltools 9.0 (tools/python-env.sh coremltools). Run it in the module's folder:

    python src/test/python/make_packages.py            # or the names of some, as: digits raised

The values that tests expect of these models are computed in the tests' comments by hand, from the
weights below: nothing here runs a model.
"""

import pathlib
import shutil
import sys
import tempfile

import coremltools as ct
import numpy as np
from coremltools.converters.mil import Builder as mb
from coremltools.converters.mil.mil import types
from coremltools.models import datatypes
from coremltools.models.neural_network import NeuralNetworkBuilder

FOLDER = pathlib.Path("src/test/resources/packages")

# Rows answer the classes a, b and c.
WEIGHTS = np.array(
    [[1, 0, 0, 0.5], [0, 1, 0, -0.5], [0, 0, 1, 0.25]], dtype=np.float32
)
BIAS = np.array([0.125, 0, -0.25], dtype=np.float32)
LABELS = ["a", "b", "c"]


def save(model, name):
    target = FOLDER / name
    shutil.rmtree(target, ignore_errors=True)
    model.save(str(target))


def convert(program, target, **more):
    return ct.convert(
        program,
        convert_to="mlprogram",
        minimum_deployment_target=target,
        compute_precision=ct.precision.FLOAT32,
        skip_model_load=True,
        **more,
    )


def classifier():
    """Four numbers to three classes, in the order c, a, b; its twin has them in the order a, b, c."""
    order = [2, 0, 1]

    @mb.program(input_specs=[mb.TensorSpec(shape=(1, 4))], opset_version=ct.target.iOS15)
    def program(x):
        y = mb.linear(x=x, weight=WEIGHTS[order], bias=BIAS[order])
        return mb.softmax(x=y, axis=-1, name="scores")

    save(
        convert(
            program,
            ct.target.iOS15,
            classifier_config=ct.ClassifierConfig([LABELS[i] for i in order]),
        ),
        "classifier.mlpackage",
    )
    builder = NeuralNetworkBuilder(
        [("features", datatypes.Array(4))], [("classProbability", datatypes.Array(3))], mode="classifier"
    )
    builder.add_inner_product("linear", WEIGHTS, BIAS, 4, 3, True, "features", "y")
    builder.add_softmax("softmax", "y", "classProbability")
    builder.set_class_labels(LABELS, predicted_feature_name="label", prediction_blob="classProbability")
    ct.models.utils.save_spec(builder.spec, str(FOLDER / "classifier.mlmodel"))


def functions():
    """``count`` adds to a state, ``twice`` doubles, ``noise`` has operations that do not run."""

    @mb.program(
        input_specs=[
            mb.TensorSpec(shape=(1, 4)),
            mb.StateTensorSpec(shape=(1, 4), dtype=types.fp16),
        ],
        opset_version=ct.target.iOS18,
    )
    def count(x, total):
        before = mb.cast(x=mb.read_state(input=total), dtype="fp32")
        sum = mb.add(x=before, y=x, name="sum")
        mb.coreml_update_state(state=total, value=mb.cast(x=sum, dtype="fp16"))
        return sum

    @mb.program(input_specs=[mb.TensorSpec(shape=(1, 4))], opset_version=ct.target.iOS18)
    def twice(x):
        return mb.mul(x=x, y=np.float32(2), name="doubled")

    @mb.program(input_specs=[mb.TensorSpec(shape=(1, 4))], opset_version=ct.target.iOS18)
    def noise(x):
        drawn = mb.random_uniform(shape=[1, 4], low=0.0, high=1.0, seed=1, name="drawn")
        coins = mb.random_bernoulli(shape=[1, 4], prob=0.5, seed=1, name="coins")
        return mb.add(x=mb.add(x=x, y=drawn), y=coins, name="noisy")

    descriptor = ct.utils.MultiFunctionDescriptor()
    with tempfile.TemporaryDirectory() as folder:
        for name, program in {"count": count, "twice": twice, "noise": noise}.items():
            path = f"{folder}/{name}.mlpackage"
            convert(program, ct.target.iOS18).save(path)
            descriptor.add_function(path, "main", name)
        descriptor.default_function_name = "count"
        target = FOLDER / "functions.mlpackage"
        shutil.rmtree(target, ignore_errors=True)
        ct.utils.save_multifunction(descriptor, str(target))


def flexible():
    """One to eight numbers times an optional one, which is 3 where it is left out."""
    length = ct.converters.mil.mil.get_new_symbol("n")

    @mb.program(
        input_specs=[mb.TensorSpec(shape=(1, length)), mb.TensorSpec(shape=(1, 1))],
        opset_version=ct.target.iOS16,
    )
    def program(x, gain):
        return mb.mul(x=x, y=gain, name="scaled")

    model = convert(
        program,
        ct.target.iOS16,
        inputs=[
            ct.TensorType(name="x", shape=(1, ct.RangeDim(1, 8, default=2))),
            ct.TensorType(name="gain", shape=(1, 1), default_value=np.full((1, 1), 3, np.float32)),
        ],
    )
    save(model, "flexible.mlpackage")


def unfit():
    """Its default shape does not fit its weights, but another one that it allows does."""
    length = ct.converters.mil.mil.get_new_symbol("n")

    @mb.program(input_specs=[mb.TensorSpec(shape=(1, length))], opset_version=ct.target.iOS16)
    def program(x):
        return mb.matmul(x=x, y=WEIGHTS.T, name="mixed")

    shapes = ct.EnumeratedShapes(shapes=[(1, 2), (1, 4)], default=(1, 2))
    save(
        convert(program, ct.target.iOS16, inputs=[ct.TensorType(name="x", shape=shapes)]),
        "unfit.mlpackage",
    )


def halves():
    """Constants that half precision cannot hold; the passes that fold them are left out."""

    @mb.program(input_specs=[mb.TensorSpec(shape=(1, 4))], opset_version=ct.target.iOS16)
    def program(x):
        large = mb.const(val=np.array([[1, -1e5, 2, 3]], np.float32), name="large")
        lost = mb.const(val=np.array([[0.5, -np.inf, 0, np.inf]], np.float16), name="lost")
        mask = mb.const(val=np.array([[0, -np.inf, 0, -np.inf]], np.float16), name="mask")
        narrow = mb.cast(x=x, dtype="fp16", name="narrow")
        scaled = mb.mul(x=narrow, y=mb.cast(x=large, dtype="fp16", name="cast"), name="scaled")
        shifted = mb.add(x=scaled, y=lost, name="shifted")
        return mb.cast(x=mb.add(x=shifted, y=mask, name="masked"), dtype="fp32", name="y")

    save(
        convert(program, ct.target.iOS16, pass_pipeline=ct.PassPipeline.EMPTY),
        "halves.mlpackage",
    )


def grey16():
    """A grey picture of 16-bit floats to one: half of it and a quarter, so that halves hold it."""

    @mb.program(
        input_specs=[mb.TensorSpec(shape=(1, 1, 2, 4), dtype=types.fp16)],
        opset_version=ct.target.iOS16,
    )
    def program(image):
        half = mb.mul(x=image, y=np.float16(0.5))
        return mb.add(x=half, y=np.float16(0.25), name="darker")

    layout = ct.colorlayout.GRAYSCALE_FLOAT16
    model = ct.convert(
        program,
        convert_to="mlprogram",
        minimum_deployment_target=ct.target.iOS16,
        skip_model_load=True,
        inputs=[ct.ImageType(name="image", shape=(1, 1, 2, 4), color_layout=layout)],
    )
    # A program that was not converted from another framework gets no picture as its output.
    spec = model.get_spec()
    picture = spec.description.output[0].type
    picture.ClearField("multiArrayType")
    picture.imageType.CopyFrom(spec.description.input[0].type.imageType)
    changed = ct.models.MLModel(spec, weights_dir=model.weights_dir, skip_model_load=True)
    save(changed, "grey16.mlpackage")


def two_halves():
    """A pipeline of two programs in half precision: the first doubles, the second squares."""

    @mb.program(input_specs=[mb.TensorSpec(shape=(1, 4))], opset_version=ct.target.iOS16)
    def first(x):
        narrow = mb.cast(x=x, dtype="fp16", name="narrow")
        twice = mb.mul(x=narrow, y=np.float16(2), name="twice")
        return mb.cast(x=twice, dtype="fp32", name="doubled")

    @mb.program(input_specs=[mb.TensorSpec(shape=(1, 4))], opset_version=ct.target.iOS16)
    def second(doubled):
        narrow = mb.cast(x=doubled, dtype="fp16", name="narrow")
        return mb.cast(x=mb.square(x=narrow, name="square"), dtype="fp32", name="squared")

    stages = [convert(each, ct.target.iOS16) for each in (first, second)]
    save(ct.utils.make_pipeline(*stages), "two-halves.mlpackage")


def digits():
    """Sixteen numbers to four classes by 128 units, of half precision: large enough to be compressed."""
    random = np.random.default_rng(16)
    first = random.normal(size=(128, 16)).astype(np.float16)
    second = (random.normal(size=(4, 128)) / 8).astype(np.float16)

    @mb.program(
        input_specs=[mb.TensorSpec(shape=(1, 16), dtype=types.fp16)], opset_version=ct.target.iOS16
    )
    def program(x):
        units = mb.relu(x=mb.linear(x=x, weight=first, name="first"), name="units")
        return mb.softmax(x=mb.linear(x=units, weight=second, name="second"), axis=-1, name="scores")

    model = ct.convert(
        program,
        convert_to="mlprogram",
        minimum_deployment_target=ct.target.iOS16,
        skip_model_load=True,
        classifier_config=ct.ClassifierConfig(["a", "b", "c", "d"]),
    )
    save(model, "digits.mlpackage")


def raised():
    """Two programs of float32: one for iOS 15, one whose shape with a 0 means another one later."""
    weights = np.random.default_rng(15).normal(size=(32, 16)).astype(np.float32)

    @mb.program(input_specs=[mb.TensorSpec(shape=(1, 16))], opset_version=ct.target.iOS15)
    def early(x):
        return mb.linear(x=x, weight=weights, name="y")

    save(convert(early, ct.target.iOS15), "early.mlpackage")

    @mb.program(input_specs=[mb.TensorSpec(shape=(1, 16))], opset_version=ct.target.iOS16)
    def program(x):
        return mb.linear(x=mb.reshape(x=x, shape=[0, -1], name="same"), weight=weights, name="y")

    save(convert(program, ct.target.iOS16, pass_pipeline=ct.PassPipeline.EMPTY), "reshaped.mlpackage")


MAKERS = [classifier, functions, flexible, unfit, halves, grey16, two_halves, digits, raised]

FOLDER.mkdir(parents=True, exist_ok=True)
for maker in MAKERS:
    if len(sys.argv) == 1 or maker.__name__ in sys.argv[1:]:
        maker()
