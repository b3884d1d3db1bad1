package org.quantsweep.inference.onnxruntime;

import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtException.OrtErrorCode;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.quantsweep.inference.run.GraphEngineException;
import org.quantsweep.inference.run.GraphEngineException.Fault;

/**
 * Tells whose fault a failure of ONNX Runtime is. Its codes do not: the same {@code
 * ORT_RUNTIME_EXCEPTION} stands for an index that is out of range and for memory that is out. So
 * its words count too.
 */
final class OnnxRuntimeFailures {
  /** Codes that no graph and no input gives; the first is what the library has no code for. */
  private static final Set<OrtErrorCode> OF_THE_ENGINE =
      Set.of(
          OrtErrorCode.ORT_JAVA_UNKNOWN,
          OrtErrorCode.ORT_ENGINE_ERROR,
          OrtErrorCode.ORT_EP_FAIL,
          OrtErrorCode.ORT_DEVICE_RESET,
          OrtErrorCode.ORT_MODEL_LOAD_CANCELED);

  /** What allocators, the C++ library and the system say when memory or threads are out. */
  private static final List<String> OUT_OF_RESOURCES =
      List.of(
          "bad_alloc",
          "bad allocation",
          "failed to allocate memory",
          "cannot allocate memory",
          "out of memory",
          "not enough memory",
          "insufficient memory",
          "resource temporarily unavailable",
          "failed to create thread",
          "pthread_create");

  private OnnxRuntimeFailures() {}

  static GraphEngineException of(OrtException failure) {
    return new GraphEngineException(
        fault(failure.getCode(), failure.getMessage()), failure.getMessage(), failure);
  }

  /** Memory outside of the heap, for inputs, is asked for by Java and refused by it. */
  static GraphEngineException of(OutOfMemoryError failure) {
    return new GraphEngineException(Fault.ENGINE, failure.getMessage(), failure);
  }

  static Fault fault(OrtErrorCode code, String message) {
    String words = message.toLowerCase(Locale.ROOT);
    boolean engine =
        OF_THE_ENGINE.contains(code) || OUT_OF_RESOURCES.stream().anyMatch(words::contains);
    return engine ? Fault.ENGINE : Fault.DATA;
  }
}
