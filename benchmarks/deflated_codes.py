"""How many bits a weight takes once codes are deflated, packed or a byte each, and how close they are.

    python benchmarks/deflated_codes.py SqueezeNet.mlmodel    (needs coremltools and NumPy)

Tables by Lloyd's rule from a fixed start; scales from the smallest to the largest weight. Nothing is fitted to inputs.
"""

import sys
import zlib

import coremltools as ct
import numpy as np


def deflated(content):
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    return len(packer.compress(content) + packer.flush())


def packed(codes, bits):
    """From the highest bit of each code, as neural networks store them."""
    return np.packbits(((codes[:, None] >> np.arange(bits - 1, -1, -1)) & 1).astype(np.uint8).ravel()).tobytes()


def table(weights, entries):
    ascending = np.sort(weights)
    spread = np.quantile(ascending, (np.arange(entries) + 0.5) / entries)
    found = 0.5 * spread + 0.5 * np.linspace(ascending[0], ascending[-1], entries)
    sums = np.concatenate([[0], np.cumsum(ascending)])
    for _ in range(150):
        ends = np.concatenate([[0], np.searchsorted(ascending, (found[1:] + found[:-1]) / 2), [len(ascending)]])
        count = np.diff(ends)
        found = np.sort(np.where(count > 0, (sums[ends[1:]] - sums[ends[:-1]]) / np.maximum(count, 1), found))
    return found


def by_table(weights, bits):
    entries = table(weights.ravel(), 2**bits)
    codes = np.searchsorted((entries[1:] + entries[:-1]) / 2, weights.ravel())
    return codes, entries[codes], [entries]


def by_scale(rows, bits):
    low = rows.min(1, keepdims=True)
    scale = (rows.max(1, keepdims=True) - low) / (2**bits - 1)
    scale[scale == 0] = 1
    codes = np.rint((rows - low) / scale).astype(int)
    return codes.ravel(), (codes * scale + low).ravel(), [scale, low]


def main(path):
    network = ct.utils.load_spec(path).neuralNetworkClassifier
    tensors = []
    for layer in network.layers:
        if layer.WhichOneof("layer") == "convolution":
            weights = np.array(layer.convolution.weights.floatValue, dtype=np.float32).astype(np.float64)
            tensors.append(weights.reshape(layer.convolution.outputChannels, -1))
    count = sum(weights.size for weights in tensors)
    print("scheme, SNR in dB, deflated bits a weight packed, a byte each")
    for bits in range(3, 9):
        forms = {
            f"lut:{bits}": by_table,
            f"linear:{bits}": by_scale,
            f"linear:{bits}@tensor": lambda rows, width: by_scale(rows.reshape(1, -1), width),
        }
        for name, quantize in forms.items():
            sizes, error = [0, 0], 0
            for weights in tensors:
                codes, decoded, floats = quantize(weights, bits)
                beside = b"".join(each.astype(np.float32).tobytes() for each in floats)
                sizes[0] += deflated(packed(codes, bits) + beside)
                sizes[1] += deflated(codes.astype(np.uint8).tobytes() + beside)
                error += ((weights.ravel() - decoded) ** 2).sum()
            ratio = 10 * np.log10(sum((weights**2).sum() for weights in tensors) / error)
            print(f"{name}, {ratio:.1f}, {8 * sizes[0] / count:.2f}, {8 * sizes[1] / count:.2f}", flush=True)


main(sys.argv[1])
