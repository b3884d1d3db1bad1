package org.quantsweep.inference.onnxruntime;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.util.HashMap;
import java.util.Map;
import org.quantsweep.inference.onnx.LoweredModel;
import org.quantsweep.tensor.Shape;
import org.quantsweep.tensor.Tensor;

/**
 * The inputs of one run at a time, in native memory that the engine reads in place.
 *
 * @param buffers by feature name
 * @param tensors over the same memory, by the name of the graph input
 */
record FedInputs(Map<String, FloatBuffer> buffers, Map<String, OnnxTensor> tensors)
    implements AutoCloseable {
  static FedInputs allocate(OrtEnvironment environment, Map<String, Shape> shapes)
      throws OrtException {
    FedInputs inputs = new FedInputs(new HashMap<>(), new HashMap<>());
    for (Map.Entry<String, Shape> input : shapes.entrySet()) {
      int bytes = Math.toIntExact(Math.multiplyExact(4, input.getValue().elementCount()));
      FloatBuffer buffer =
          ByteBuffer.allocateDirect(bytes).order(ByteOrder.nativeOrder()).asFloatBuffer();
      int[] lengths = input.getValue().lengths();
      long[] shape = new long[lengths.length];
      for (int axis = 0; axis < lengths.length; axis++) {
        shape[axis] = lengths[axis];
      }
      inputs.buffers.put(input.getKey(), buffer);
      inputs.tensors.put(
          LoweredModel.graphInput(input.getKey()),
          OnnxTensor.createTensor(environment, buffer, shape));
    }
    return inputs;
  }

  void fill(Map<String, Tensor> inputs) {
    for (Map.Entry<String, FloatBuffer> buffer : buffers.entrySet()) {
      buffer.getValue().clear().put(inputs.get(buffer.getKey()).sharedArray());
    }
  }

  @Override
  public void close() {
    tensors.values().forEach(OnnxTensor::close);
  }
}
