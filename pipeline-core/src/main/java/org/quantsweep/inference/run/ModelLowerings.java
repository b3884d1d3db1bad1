package org.quantsweep.inference.run;

import java.util.Map;
import java.util.Optional;
import org.quantsweep.coreml.CoreMLModel;
import org.quantsweep.coreml.DetectionFilter;
import org.quantsweep.coreml.mlprogram.ProgramFormat;
import org.quantsweep.coreml.neuralnetwork.NetworkFormat;
import org.quantsweep.inference.onnx.FloatPrecision;
import org.quantsweep.inference.onnx.LoweredModel;
import org.quantsweep.inference.onnx.ModelLowering;
import org.quantsweep.inference.onnx.UnsupportedLayerException;
import org.quantsweep.inference.onnx.network.NetworkFrontEnd;
import org.quantsweep.inference.onnx.program.ProgramFrontEnd;
import org.quantsweep.tensor.Tensor;

/**
 * The lowering's entry: the only place above the formats that picks one's front end by name.
 *
 * @param graphs runs the constants of programs
 * @param precision of programs' half-precision values
 */
record ModelLowerings(GraphEngine graphs, FloatPrecision precision) {
  /** What names the lowering in the engine's identity: it changes whenever an answer may change. */
  String identity() {
    String identity = "lowering " + NetworkFrontEnd.VERSION + "." + ProgramFrontEnd.VERSION;
    return precision == FloatPrecision.FLOAT32 ? identity : identity + ", programs in " + precision;
  }

  /** The front end of a model's format. */
  ModelLowering of(CoreMLModel model) {
    return ProgramFormat.isFormatOf(model)
        ? new ProgramFrontEnd(model, precision, this::evaluate)
        : new NetworkFrontEnd(model);
  }

  /** What a model that is no network keeps of overlapping boxes. */
  static Optional<DetectionFilter> detectionFilter(CoreMLModel model) {
    return NetworkFormat.detectionFilter(model);
  }

  private Map<String, Tensor> evaluate(LoweredModel graph) {
    try (OpenGraph open = graphs.open(graph, GraphEngine.Use.PART)) {
      return open.run(Map.of());
    } catch (GraphEngineException e) {
      throw new UnsupportedLayerException(
          "the engine cannot compute its constants (" + e.getMessage() + ")");
    }
  }
}
