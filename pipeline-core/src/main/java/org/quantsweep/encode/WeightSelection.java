package org.quantsweep.encode;

import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.quantsweep.UsageException;
import org.quantsweep.coreml.CoreMLModel;
import org.quantsweep.coreml.WeightTensor;

/**
 * Which weight tensors are quantized: by default all that the format allows, but for biases and
 * other vectors. Updatable layers are always left alone: Core ML trains no quantized weights.
 *
 * @param layers only layers of these names or paths; empty for all
 * @param layerTypes only layers of these types, as {@code convolution}; empty for all
 * @param leastCount only weight tensors of at least so many weights
 * @param vectors whether biases and other vectors are quantized too
 */
public record WeightSelection(
    List<String> layers, List<String> layerTypes, long leastCount, boolean vectors)
    implements Serializable {
  /** All eligible weight tensors, no vectors. */
  public static final WeightSelection DEFAULT = new WeightSelection(List.of(), List.of(), 0, false);

  /** Copies the lists. */
  public WeightSelection {
    layers = List.copyOf(layers);
    layerTypes = List.copyOf(layerTypes);
  }

  /**
   * The weight tensors of a model that are quantized, in the order of the file.
   *
   * @throws UsageException when a named layer or type does not occur
   */
  public List<WeightTensor> of(CoreMLModel model) {
    Set<String> missing = new TreeSet<>(layers);
    missing.addAll(layerTypes);
    List<WeightTensor> selected = new ArrayList<>();
    for (WeightTensor tensor : model.weightTensors()) {
      String path = tensor.layer().path();
      String type = tensor.layer().type();
      missing.remove(path);
      missing.remove(type);
      boolean named = layers.isEmpty() || layers.contains(path);
      boolean typed = layerTypes.isEmpty() || layerTypes.contains(type);
      if (named
          && typed
          && model.format().isQuantizable(tensor)
          && !tensor.updatable()
          && (vectors || !tensor.isVector())
          && tensor.elementCount() >= Math.max(1, leastCount)) {
        selected.add(tensor);
      }
    }
    if (!missing.isEmpty()) {
      throw new UsageException(
          model.name()
              + ": no layer or layer type with weights is called ("
              + String.join(", ", missing)
              + ").\nMaybe list them with quantsweep inspect.");
    }
    return selected;
  }

  /** The weight tensors that stay as they are because their layers are updatable. */
  public static List<WeightTensor> updatable(CoreMLModel model) {
    return model.weightTensors().stream().filter(WeightTensor::updatable).toList();
  }
}
