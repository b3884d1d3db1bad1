package org.quantsweep.coreml;

import java.util.List;

/**
 * A layer of a neural network.
 *
 * @param path its name within the file, unique: {@code conv1}, {@code stage[0]/branch[3].if/conv1};
 *     with {@code #index} where a name is empty or repeated
 * @param type the layer type as the format calls it, for example {@code convolution}; empty when
 *     the file names none
 * @param inputs names of the blobs that it reads
 * @param outputs names of the blobs that it writes
 * @param updatable whether it is meant to be trained on the device
 */
public record Layer(
    String path, String type, List<String> inputs, List<String> outputs, boolean updatable) {
  /** Copies the lists. */
  public Layer {
    inputs = List.copyOf(inputs);
    outputs = List.copyOf(outputs);
  }
}
