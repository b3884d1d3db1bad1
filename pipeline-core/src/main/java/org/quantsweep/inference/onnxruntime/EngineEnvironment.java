package org.quantsweep.inference.onnxruntime;

import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtLoggingLevel;
import java.lang.reflect.Field;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;

/**
 * The engine's environment, which outlives every run. ONNX Runtime's Java library takes it away in
 * a shutdown hook, under the runs of other threads: a program that is ended by a signal crashed
 * there. Natively the environment is counted; one more reference keeps it to the end of the
 * process. The library has no public way to take it.
 */
final class EngineEnvironment {
  private static final OrtEnvironment KEPT = kept();

  private EngineEnvironment() {}

  static OrtEnvironment get() {
    return KEPT;
  }

  private static OrtEnvironment kept() {
    OrtEnvironment environment = OrtEnvironment.getEnvironment();
    try {
      addReference();
    } catch (ReflectiveOperationException e) {
      // Another version: all works but a clean end by a signal.
      return environment;
    }
    return environment;
  }

  /** Takes a native reference that nobody gives back. */
  static void addReference() throws ReflectiveOperationException {
    Field api = Class.forName("ai.onnxruntime.OnnxRuntime").getDeclaredField("ortApiHandle");
    api.setAccessible(true);
    Method create =
        OrtEnvironment.class.getDeclaredMethod("createHandle", long.class, int.class, String.class);
    create.setAccessible(true);
    try {
      create.invoke(
          null,
          api.getLong(null),
          OrtLoggingLevel.ORT_LOGGING_LEVEL_WARNING.getValue(),
          OrtEnvironment.DEFAULT_NAME);
    } catch (InvocationTargetException e) {
      throw new ReflectiveOperationException("the engine refuses a second reference", e.getCause());
    }
  }
}
