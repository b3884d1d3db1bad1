package org.quantsweep.inference.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import org.junit.jupiter.api.Test;
import org.quantsweep.inference.InferenceEngine;

/** The engine is a value that travels, and stored evaluations belong to its identity. */
class InferenceEnginesTest {
  @Test
  void theIdentityIsWhatStoredEvaluationsHave() {
    assertThat(InferenceEngines.onnxRuntime().identity())
        .isEqualTo("onnxruntime 1.28.0, lowering 4.2");
  }

  @Test
  void anEngineThatHasTravelledIsEqual() throws IOException, ClassNotFoundException {
    InferenceEngine engine = InferenceEngines.onnxRuntime();
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (ObjectOutputStream output = new ObjectOutputStream(bytes)) {
      output.writeObject(engine);
    }
    Object travelled;
    try (ObjectInputStream input =
        new ObjectInputStream(new ByteArrayInputStream(bytes.toByteArray()))) {
      travelled = input.readObject();
    }

    assertThat(travelled).isEqualTo(engine).hasSameHashCodeAs(engine);
    assertThat(InferenceEngines.onnxRuntime()).isEqualTo(engine);
  }
}
