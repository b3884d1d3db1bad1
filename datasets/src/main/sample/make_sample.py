"""Makes the bundled sample: pictures of shapes, and a small Core ML classifier of them.

Everything here is drawn and trained by this script, from numbered seeds; no outside data is used.

    python make_sample.py --pictures     draws pictures/CLASS/CLASS-NNN.jpg
    python make_sample.py --train        trains on one core, writes shapes.mlmodel
    python make_sample.py --report       measures accuracy, margins and agreement, in NumPy alone
    python make_sample.py                the three of them

Python 3.11 with requirements.txt (which lies beside this file).
"""

import argparse
import io
import os
import pathlib
import shutil
import time

HERE = pathlib.Path(__file__).resolve().parent
if __name__ == "__main__":
    # One thread for training and for measuring, so that sums come in one order.
    os.environ.setdefault("XLA_FLAGS", "--xla_cpu_multi_thread_eigen=false intra_op_parallelism_threads=1")
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    os.environ.setdefault("JAX_PLATFORMS", "cpu")

import numpy as np  # noqa: E402  (the settings above must come first)
from PIL import Image, ImageDraw  # noqa: E402

SIDE = 32
PICTURES_PER_CLASS = 125
TRAINING_PICTURES = 24_000
PICTURE_SEED = 20_240_501
TRAINING_PICTURE_SEED = 7
TRAINING_SEED = 11
EPOCHS = 8
BATCH = 32
WARM_UP_STEPS = 200
JPEG_QUALITY = 80
OVERSAMPLING = 4


# ---------------------------------------------------------------------------------------- shapes
# Every shape is one closed polygon about the origin, at a radius near 1, y downwards.


def arc(radius, begin, end, points=24, centre=(0.0, 0.0)):
    """Points of an arc, in degrees."""
    angles = np.radians(np.linspace(begin, end, points))
    return np.stack([centre[0] + radius * np.cos(angles), centre[1] + radius * np.sin(angles)], 1)


def regular(corners, phase=-90.0):
    angles = np.radians(phase + 360.0 * np.arange(corners) / corners)
    return np.stack([np.cos(angles), np.sin(angles)], 1)


def star(tips, inner):
    angles = np.radians(-90.0 + 180.0 * np.arange(2 * tips) / tips)
    radius = np.where(np.arange(2 * tips) % 2 == 0, 1.0, inner)
    return np.stack([radius * np.cos(angles), radius * np.sin(angles)], 1)


def plus(arm):
    a = arm
    corners = [(-a, -1), (a, -1), (a, -a), (1, -a), (1, a), (a, a), (a, 1), (-a, 1)]
    return np.array(corners + [(-a, a), (-1, a), (-1, -a), (-a, -a)], float)


def turned(points, degrees):
    c, s = np.cos(np.radians(degrees)), np.sin(np.radians(degrees))
    return points @ np.array([[c, s], [-s, c]])


def heart():
    t = np.linspace(0.0, 2.0 * np.pi, 40, endpoint=False)
    x = 16 * np.sin(t) ** 3
    y = -(13 * np.cos(t) - 5 * np.cos(2 * t) - 2 * np.cos(3 * t) - np.cos(4 * t))
    return np.stack([x, y], 1) / 16.5


def drop():
    return np.concatenate([[(0.0, -1.05)], arc(0.68, -28, 208, 30, (0.0, 0.35))])


def crescent():
    outer = arc(1.0, 55, 305, 32)
    inner = arc(0.82, 290, 70, 32, (0.36, 0.0))
    return np.concatenate([outer, inner])


SHAPES = {
    "arrow": np.array([(-0.32, 1), (-0.32, 0), (-0.8, 0), (0, -1), (0.8, 0), (0.32, 0), (0.32, 1)], float),
    "chevron": np.array([(-0.9, 0.35), (0, -0.75), (0.9, 0.35), (0.9, 0.95), (0, -0.1), (-0.9, 0.95)], float),
    "circle": arc(0.95, 0, 352, 40),
    "crescent": crescent(),
    "cross": turned(plus(0.3), 45.0),
    "diamond": np.array([(0, -1.05), (0.75, 0), (0, 1.05), (-0.75, 0)], float),
    "drop": drop(),
    "ell": np.array([(-0.7, -1), (-0.1, -1), (-0.1, 0.4), (0.75, 0.4), (0.75, 1), (-0.7, 1)], float),
    "ellipse": arc(1.0, 0, 352, 40) * np.array([0.7, 1.0]),
    "half-disc": np.concatenate([arc(1.0, 180, 360, 30) + np.array([0.0, 0.45])]),
    "heart": heart(),
    "hexagon": regular(6),
    "house": np.array([(-0.75, 0.9), (-0.75, -0.2), (0, -1), (0.75, -0.2), (0.75, 0.9)], float),
    "octagon": regular(8, 22.5),
    "pentagon": regular(5),
    "plus": plus(0.3),
    "square": np.array([(-0.8, -0.8), (0.8, -0.8), (0.8, 0.8), (-0.8, 0.8)], float),
    "star-five": star(5, 0.45),
    "star-six": star(6, 0.55),
    "tee": np.array([(-0.85, -0.9), (0.85, -0.9), (0.85, -0.3), (0.3, -0.3), (0.3, 1), (-0.3, 1), (-0.3, -0.3), (-0.85, -0.3)], float),
}
LABELS = sorted(SHAPES)


def draw(label, random):
    """One picture, uint8 [32, 32, 3]: the shape on a gradient, with clutter, noise and an edge or two across it."""
    side = SIDE * OVERSAMPLING
    ramp = np.linspace(-1.0, 1.0, SIDE, dtype=np.float32)
    direction = random.uniform(0, 2 * np.pi)
    gradient = np.cos(direction) * ramp[None, :] + np.sin(direction) * ramp[:, None]
    ground = random.uniform(40, 215, 3)
    picture = ground + gradient[..., None] * random.normal(0, 16, 3)
    wave = random.uniform(0.2, 0.9, 2)
    texture = np.sin(wave[0] * np.arange(SIDE)[:, None] + wave[1] * np.arange(SIDE)[None, :] + direction)
    picture = picture + texture[..., None] * random.uniform(0, 9)

    def blend(picture, mask, colour):
        cover = np.asarray(mask.reduce(OVERSAMPLING), np.float32)[..., None] / 255.0
        return picture * (1 - cover) + cover * colour

    def stroke(width):
        mask = Image.new("L", (side, side))
        ends = random.uniform(-0.1 * side, 1.1 * side, 4)
        ImageDraw.Draw(mask).line(list(ends), fill=255, width=int(width * OVERSAMPLING))
        return mask

    for _ in range(random.integers(0, 3)):  # clutter behind
        picture = blend(picture, stroke(random.uniform(0.8, 2.0)), ground + random.normal(0, 35, 3))

    points = SHAPES[label] * random.uniform(0.8, 1.15, 2)
    points = turned(points, random.uniform(-16, 16))
    shear = random.uniform(-0.14, 0.14)
    points = points @ np.array([[1.0, 0.0], [shear, 1.0]])
    points = points * random.uniform(8.0, 12.5) + SIDE / 2 + random.uniform(-3.0, 3.0, 2)
    corners = [tuple(p) for p in points * OVERSAMPLING]
    mask = Image.new("L", (side, side))
    if random.random() < 0.2:  # an outline only
        width = int(random.uniform(1.6, 2.8) * OVERSAMPLING)
        ImageDraw.Draw(mask).line(corners + corners[:2], fill=255, width=width, joint="curve")
    else:
        ImageDraw.Draw(mask).polygon(corners, fill=255)
    contrast = random.normal(0, 1, 3)
    contrast *= random.uniform(60, 150) / np.linalg.norm(contrast)
    picture = blend(picture, mask, ground + contrast)

    for _ in range(random.integers(0, 2)):  # clutter in front
        picture = blend(picture, stroke(random.uniform(0.8, 1.6)), ground + random.normal(0, 40, 3))
    picture = picture + random.normal(0, random.uniform(2, 11), picture.shape)
    return np.clip(np.rint(picture), 0, 255).astype(np.uint8)


def jpeg(pixels):
    """JPEG bytes without chroma subsampling: decoders then agree to the last bit."""
    out = io.BytesIO()
    Image.fromarray(pixels).save(out, "JPEG", quality=JPEG_QUALITY, subsampling=0, optimize=True)
    return out.getvalue()


def write_pictures():
    folder = HERE / "pictures"
    shutil.rmtree(folder, ignore_errors=True)
    total = 0
    for index, label in enumerate(LABELS):
        (folder / label).mkdir(parents=True)
        for number in range(PICTURES_PER_CLASS):
            data = jpeg(draw(label, np.random.default_rng([PICTURE_SEED, index, number])))
            (folder / label / f"{label}-{number:03d}.jpg").write_bytes(data)
            total += len(data)
    print(f"{PICTURES_PER_CLASS * len(LABELS)} pictures, {total} bytes")


def read_pictures():
    """Pixels uint8 [N, 32, 32, 3] and classes [N], in the order of their names."""
    files = sorted((HERE / "pictures").glob("*/*.jpg"))
    pixels = np.stack([np.asarray(Image.open(f).convert("RGB")) for f in files])
    return pixels, np.array([LABELS.index(f.parent.name) for f in files])


def training_pictures():
    """Pictures that are never written: their seeds differ from those of the bundled ones."""
    classes = np.arange(TRAINING_PICTURES) % len(LABELS)
    pixels = np.empty((TRAINING_PICTURES, SIDE, SIDE, 3), np.uint8)
    for number, index in enumerate(classes):
        drawn = draw(LABELS[index], np.random.default_rng([TRAINING_PICTURE_SEED, index, number]))
        pixels[number] = np.asarray(Image.open(io.BytesIO(jpeg(drawn))))
    return pixels, classes


# -------------------------------------------------------------------------------------- training
CONVOLUTIONS = [("conv1", 3, 16), ("conv2", 16, 32), ("conv3", 32, 64), ("conv4", 64, 64)]
HIDDEN = 96
EPSILON = 1e-3


def train():
    import jax
    import jax.numpy as jnp
    from jax import lax

    begin = time.time()
    pixels, classes = training_pictures()
    print(f"{len(classes)} training pictures drawn in {time.time() - begin:.0f} s")
    random = np.random.default_rng(TRAINING_SEED)

    weights = {}
    for name, inputs, outputs in CONVOLUTIONS:  # [kH, kW, C_in, C_out]
        weights[name] = random.normal(0, np.sqrt(2 / (9 * inputs)), (3, 3, inputs, outputs))
        weights[name + ".gamma"] = np.ones(outputs)
        weights[name + ".beta"] = np.zeros(outputs)
    flat = CONVOLUTIONS[-1][2] * 16
    weights["fc1"] = random.normal(0, np.sqrt(2 / flat), (flat, HIDDEN))
    weights["fc1.bias"] = np.zeros(HIDDEN)
    weights["fc2"] = random.normal(0, np.sqrt(1 / HIDDEN), (HIDDEN, len(LABELS)))
    weights["fc2.bias"] = np.zeros(len(LABELS))
    weights = {k: jnp.asarray(v, jnp.float32) for k, v in weights.items()}

    def forward(weights, x, statistics=None):
        seen = {}
        for name, _, _ in CONVOLUTIONS:
            x = lax.conv_general_dilated(x, weights[name], (1, 1), "SAME", dimension_numbers=("NHWC", "HWIO", "NHWC"))
            mean, variance = statistics[name] if statistics else (x.mean((0, 1, 2)), x.var((0, 1, 2)))
            seen[name] = (mean, variance)
            x = (x - mean) * (weights[name + ".gamma"] / jnp.sqrt(variance + EPSILON)) + weights[name + ".beta"]
            x = jnp.maximum(x, 0)
            if name != "conv4":
                n, h, w, c = x.shape
                x = x.reshape(n, h // 2, 2, w // 2, 2, c).max((2, 4))
        x = x.reshape(len(x), -1)
        x = jnp.maximum(x @ weights["fc1"] + weights["fc1.bias"], 0)
        return x @ weights["fc2"] + weights["fc2.bias"], seen

    def loss(weights, x, y):
        logits, _ = forward(weights, x)
        return -jnp.take_along_axis(jax.nn.log_softmax(logits), y[:, None], 1).mean()

    def prepare(x):
        return x.astype(jnp.float32) * (2.0 / 255.0) - 1.0

    @jax.jit
    def step(weights, momentum, square, x, y, rate, count):
        value, gradient = jax.value_and_grad(loss)(weights, prepare(x), y)
        new = {}
        for k, g in gradient.items():
            momentum = {**momentum, k: 0.9 * momentum[k] + 0.1 * g}
            square = {**square, k: 0.999 * square[k] + 0.001 * g * g}
            m = momentum[k] / (1 - 0.9**count)
            s = square[k] / (1 - 0.999**count)
            new[k] = weights[k] - rate * m / (jnp.sqrt(s) + 1e-8)
        return new, momentum, square, value

    momentum = {k: jnp.zeros_like(v) for k, v in weights.items()}
    square = dict(momentum)
    steps, count = EPOCHS * (TRAINING_PICTURES // BATCH), 0
    for epoch in range(EPOCHS):
        order = random.permutation(TRAINING_PICTURES)
        losses = []
        for at in range(0, TRAINING_PICTURES - BATCH + 1, BATCH):
            rate = 0.00003 + 0.5 * 0.0012 * (1 + np.cos(np.pi * count / steps)) * min(1.0, count / WARM_UP_STEPS)
            count += 1
            chosen = order[at : at + BATCH]
            weights, momentum, square, value = step(weights, momentum, square, pixels[chosen], classes[chosen], rate, count)
            losses.append(value)
        print(f"epoch {epoch + 1} of {EPOCHS}: loss {np.mean(losses):.3f}, {time.time() - begin:.0f} s", flush=True)

    # The statistics of batch norm, over the first 6,000 training pictures in one piece, layer by layer.
    statistics = jax.jit(lambda w, x: forward(w, prepare(x))[1])(weights, pixels[:6000])
    answer = jax.jit(lambda w, x: forward(w, prepare(x), statistics)[0])
    bundled, truth = read_pictures()
    logits = np.asarray(answer(weights, bundled))
    print(f"bundled pictures, in JAX: accuracy {np.mean(logits.argmax(1) == truth):.4f}")
    write_model({k: np.asarray(v) for k, v in weights.items()}, {k: tuple(map(np.asarray, v)) for k, v in statistics.items()})
    ours = forward_numpy(read_layers(HERE / "shapes.mlmodel"), bundled)
    print(f"largest difference between JAX and the written model: {np.abs(log_softmax(logits) - np.log(ours)).max():.2e} in log probability")
    assert np.array_equal(ours.argmax(1), logits.argmax(1)) or np.abs(np.exp(log_softmax(logits)) - ours).max() < 1e-4


def log_softmax(x):
    x = x - x.max(1, keepdims=True)
    return x - np.log(np.exp(x).sum(1, keepdims=True))


# ---------------------------------------------------------------------------------- Core ML model
def write_model(weights, statistics):
    from coremltools.models import datatypes
    from coremltools.models.neural_network import NeuralNetworkBuilder

    builder = NeuralNetworkBuilder(
        [("image", datatypes.Array(3, SIDE, SIDE))], [("probabilities", datatypes.Array(len(LABELS)))], mode="classifier"
    )
    blob = "image"
    for name, inputs, outputs in CONVOLUTIONS:
        builder.add_convolution(
            name, inputs, outputs, 3, 3, 1, 1, "same", 1, W=weights[name], b=None, has_bias=False, input_name=blob, output_name=name
        )
        mean, variance = statistics[name]
        norm = name.replace("conv", "norm")
        builder.add_batchnorm(
            norm, outputs, weights[name + ".gamma"], weights[name + ".beta"], mean, variance,
            input_name=name, output_name=norm, epsilon=EPSILON,
        )  # fmt: skip
        relu = name.replace("conv", "relu")
        builder.add_activation(relu, "RELU", norm, relu)
        blob = relu
        if name != "conv4":
            pool = name.replace("conv", "pool")
            builder.add_pooling(pool, 2, 2, 2, 2, "MAX", "VALID", relu, pool)
            blob = pool
    builder.add_flatten("flat", 0, blob, "flat")
    # Training flattens as [H, W, C], Core ML as [C, H, W].
    channels = CONVOLUTIONS[-1][2]
    fc1 = weights["fc1"].reshape(4, 4, channels, HIDDEN).transpose(3, 2, 0, 1).reshape(HIDDEN, -1)
    builder.add_inner_product("fc1", fc1, weights["fc1.bias"], channels * 16, HIDDEN, True, "flat", "fc1")
    builder.add_activation("relu5", "RELU", "fc1", "relu5")
    builder.add_inner_product("fc2", weights["fc2"].T, weights["fc2.bias"], HIDDEN, len(LABELS), True, "relu5", "fc2")
    builder.add_softmax("softmax", "fc2", "probabilities")
    builder.set_pre_processing_parameters(
        image_input_names=["image"], is_bgr=False, red_bias=-1.0, green_bias=-1.0, blue_bias=-1.0, image_scale=2.0 / 255.0
    )
    builder.set_class_labels(LABELS, predicted_feature_name="label", prediction_blob="probabilities")
    description = builder.spec.description
    description.metadata.shortDescription = "Twenty shapes on small cluttered pictures: the sample model of QuantSweep"
    description.metadata.author = "The QuantSweep project"
    description.metadata.license = "Apache-2.0"
    description.metadata.versionString = "1"
    description.input[0].shortDescription = "Picture, 32 x 32, RGB"
    for output in description.output:
        texts = {"label": "The likeliest shape", "probabilities": "Probability of each shape"}
        output.shortDescription = texts[output.name]
    data = builder.spec.SerializeToString(deterministic=True)
    (HERE / "shapes.mlmodel").write_bytes(data)
    print(f"shapes.mlmodel: {len(data)} bytes, specification {builder.spec.specificationVersion}")


# ------------------------------------------------------------------------------------- measuring
# A second forward pass, from the written file, sharing nothing with the training code.


def load_spec(path):
    from coremltools.proto import Model_pb2

    spec = Model_pb2.Model()
    spec.ParseFromString(pathlib.Path(path).read_bytes())
    return spec


def read_layers(source):
    spec = load_spec(source) if isinstance(source, pathlib.Path) else source
    return spec.neuralNetworkClassifier


def floats(weights):
    return np.array(weights.floatValue, np.float32)


def forward_numpy(network, pixels):
    """Probabilities [N, classes], layer by layer as the file says, float32, [N, C, H, W]."""
    scaler = network.preprocessing[0].scaler
    x = pixels.transpose(0, 3, 1, 2).astype(np.float32) * np.float32(scaler.channelScale)
    x += np.array([scaler.redBias, scaler.greenBias, scaler.blueBias], np.float32)[:, None, None]
    return np.concatenate([_forward_some(network, x[at : at + 250]) for at in range(0, len(x), 250)])


def _forward_some(network, x):
    for layer in network.layers:
        kind = layer.WhichOneof("layer")
        if kind == "convolution":
            p = layer.convolution
            w = floats(p.weights).reshape(p.outputChannels, p.kernelChannels, 3, 3)
            padded = np.pad(x, ((0, 0), (0, 0), (1, 1), (1, 1)))
            windows = np.lib.stride_tricks.sliding_window_view(padded, (3, 3), (2, 3))
            n, _, h, width = x.shape
            columns = windows.transpose(0, 2, 3, 1, 4, 5).reshape(n * h * width, -1)
            x = (columns @ w.reshape(len(w), -1).T).reshape(n, h, width, -1).transpose(0, 3, 1, 2)
            if p.hasBias:
                x = x + floats(p.bias)[:, None, None]
        elif kind == "batchnorm":
            p = layer.batchnorm
            factor = floats(p.gamma) / np.sqrt(floats(p.variance) + np.float32(p.epsilon))
            x = (x - floats(p.mean)[:, None, None]) * factor[:, None, None] + floats(p.beta)[:, None, None]
        elif kind == "activation":
            x = np.maximum(x, 0)
        elif kind == "pooling":
            n, c, h, w = x.shape
            x = x.reshape(n, c, h // 2, 2, w // 2, 2).max((3, 5))
        elif kind == "flatten":
            x = x.reshape(len(x), -1)
        elif kind == "innerProduct":
            p = layer.innerProduct
            x = x @ floats(p.weights).reshape(p.outputChannels, p.inputChannels).T + floats(p.bias)
        elif kind == "softmax":
            x = np.exp(log_softmax(x))
        else:
            raise ValueError(f"layer '{layer.name}' has type {kind}, which this script does not write")
    return x


def fold_batchnorm(spec):
    """The same network, every batch norm folded into its convolution (in double). coremltools 9.0 cannot: it raises."""
    network = spec.neuralNetworkClassifier
    kept = []
    for layer in network.layers:
        if layer.WhichOneof("layer") == "batchnorm":
            p, convolution = layer.batchnorm, kept[-1].convolution
            factor = floats(p.gamma).astype(float) / np.sqrt(floats(p.variance).astype(float) + p.epsilon)
            w = floats(convolution.weights).astype(float).reshape(p.channels, -1) * factor[:, None]
            convolution.weights.floatValue[:] = w.ravel()
            convolution.hasBias = True
            convolution.bias.floatValue[:] = floats(p.beta) - floats(p.mean) * factor
            kept[-1].output[0] = layer.output[0]
        else:
            kept.append(type(layer).FromString(layer.SerializeToString()))
    del network.layers[:]
    network.layers.extend(kept)
    return spec


def report(with_kmeans):
    import contextlib

    from coremltools.models import MLModel
    from coremltools.models.neural_network import quantization_utils

    class WeightsOnly(quantization_utils.QuantizedLayerSelector):
        def do_quantize(self, layer, weight_param="weights"):
            return layer.WhichOneof("layer") in ("convolution", "innerProduct") and weight_param != "bias"

    def exact_table(nbits, weights):
        import kmeans1d

        values = np.asarray(weights, float).ravel()
        found = kmeans1d.cluster(values, min(len(np.unique(values)), 2**nbits))
        table = list(found.centroids) + [found.centroids[-1]] * (2**nbits - len(found.centroids))
        return np.array(table, np.float32), np.array(found.clusters)

    path = HERE / "shapes.mlmodel"
    pixels, truth = read_pictures()
    reference = forward_numpy(read_layers(path), pixels)
    top = reference.argmax(1)
    spec = load_spec(path)
    sizes = [(layer.name, len((layer.convolution if layer.WhichOneof("layer") == "convolution" else layer.innerProduct).weights.floatValue))
             for layer in spec.neuralNetworkClassifier.layers if layer.WhichOneof("layer") in ("convolution", "innerProduct")]  # fmt: skip
    print(f"weight tensors: {', '.join(f'{n} {s}' for n, s in sizes)}; {sum(s for _, s in sizes)} weights; {path.stat().st_size} bytes")
    ordered = np.sort(reference, 1)
    margin = ordered[:, -1] - ordered[:, -2]
    print(f"{len(pixels)} pictures, accuracy {np.mean(top == truth):.4f}; share with a margin below 0.1 / 0.3: {np.mean(margin < 0.1):.3f} / {np.mean(margin < 0.3):.3f}")
    folded = fold_batchnorm(load_spec(path))
    same = forward_numpy(read_layers(folded), pixels)
    print(f"batch norm folded: largest difference {np.abs(same - reference).max():.1e}, agreement {np.mean(same.argmax(1) == top):.4f}")
    print("| bits | linear | linear LUT |" + (" exact k-means LUT |" if with_kmeans else ""))
    print("|---|---|---|" + ("---|" if with_kmeans else ""))
    modes = ["linear", "linear_lut"] + (["custom_lut"] if with_kmeans else [])
    for bits in range(1, 9):
        row = []
        for mode in modes:
            with contextlib.redirect_stdout(io.StringIO()):
                options = {"lut_function": exact_table} if mode == "custom_lut" else {}
                model = MLModel(folded, skip_model_load=True)
                quantized = quantization_utils.quantize_weights(model, bits, mode, selector=WeightsOnly(), **options)
                decoded = quantization_utils.quantize_weights(quantized, bits, "dequantization", selector=WeightsOnly())
            answers = forward_numpy(read_layers(decoded.get_spec()), pixels)
            row.append(f"{np.mean(answers.argmax(1) == top):.4f}")
        print(f"| {bits} | " + " | ".join(row) + " |", flush=True)
    print("top-1 agreement when one weight tensor alone is linear, the others full:")
    for name, _ in sizes:

        class Only(WeightsOnly):
            def do_quantize(self, layer, weight_param="weights", name=name):
                return layer.name == name and super().do_quantize(layer, weight_param)

        row = []
        for bits in (2, 3, 4, 6):
            with contextlib.redirect_stdout(io.StringIO()):
                quantized = quantization_utils.quantize_weights(MLModel(folded, skip_model_load=True), bits, "linear", selector=Only())
                decoded = quantization_utils.quantize_weights(quantized, bits, "dequantization", selector=Only())
            row.append(f"{bits} bits {np.mean(forward_numpy(read_layers(decoded.get_spec()), pixels).argmax(1) == top):.4f}")
        print(f"  {name}: {', '.join(row)}", flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pictures", action="store_true", help="draw the pictures")
    parser.add_argument("--train", action="store_true", help="train and write the model")
    parser.add_argument("--report", action="store_true", help="measure the written model on the written pictures")
    parser.add_argument("--kmeans", action="store_true", help="with --report: exact k-means tables too (minutes)")
    asked = parser.parse_args()
    everything = not (asked.pictures or asked.train or asked.report)
    if asked.pictures or everything:
        write_pictures()
    if asked.train or everything:
        train()
    if asked.report or everything:
        report(asked.kmeans)


if __name__ == "__main__":
    main()
