package org.quantsweep.inference.onnx.network;

import org.quantsweep.inference.onnx.OnnxGraph;
import org.quantsweep.inference.onnx.UnsupportedLayerException;

/** Lowers the layers of one type. */
@FunctionalInterface
interface LayerLowering {
  /**
   * Adds the nodes of a layer, whose outputs then have values under their own names.
   *
   * @throws UnsupportedLayerException when this layer's settings cannot be lowered
   */
  void lower(LayerNode layer, OnnxGraph graph);
}
