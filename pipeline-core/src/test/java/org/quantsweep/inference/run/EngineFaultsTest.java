package org.quantsweep.inference.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Map;
import org.junit.jupiter.api.Test;
import org.quantsweep.BadInputException;
import org.quantsweep.coreml.CoreMLModel;
import org.quantsweep.inference.EngineFaultException;
import org.quantsweep.inference.OutputValue;
import org.quantsweep.inference.PredictionException;
import org.quantsweep.inference.Predictor;
import org.quantsweep.inference.onnx.network.TinyModels;
import org.quantsweep.inference.run.GraphEngineException.Fault;
import org.quantsweep.proto.coreml.Model;
import org.quantsweep.tensor.Shape;
import org.quantsweep.tensor.Tensor;
import org.quantsweep.testing.FaultyEngine;

/** What an engine's failures come to. */
class EngineFaultsTest {
  private static final Map<String, Tensor> INPUTS =
      Map.of("x", Tensor.wrap(Shape.of(1), new float[] {3}));

  private final FaultyEngine engine = new FaultyEngine();

  private static CoreMLModel model() {
    Model.Builder model = Model.newBuilder().setSpecificationVersion(1);
    model.getDescriptionBuilder().addInput(TinyModels.array("x", 1));
    model.getDescriptionBuilder().addOutput(TinyModels.array("y", 1));
    model.getNeuralNetworkBuilder().addLayers(TinyModels.same("x", "y"));
    return TinyModels.read(model);
  }

  private Predictor open() {
    return new LoweringEngine(engine).open(model());
  }

  @Test
  void anEnginesFaultIsTriedOnceMore() throws PredictionException {
    engine.whenOpened(Fault.ENGINE).whenRun(Fault.ENGINE);
    try (Predictor predictor = open()) {
      OutputValue answer = predictor.predict(INPUTS).outputs().get("y");
      assertThat(((OutputValue.Array) answer).values().get(0)).isEqualTo(3);
    }
    assertThat(engine.runs()).isEqualTo(2);
  }

  @Test
  void anEnginesSecondFaultIsNoAnswer() {
    engine.whenRun(Fault.ENGINE, Fault.ENGINE);
    try (Predictor predictor = open()) {
      assertThatThrownBy(() -> predictor.predict(INPUTS))
          .isInstanceOf(EngineFaultException.class)
          .hasMessage(
              "tiny.mlmodel: the engine failed twice (made to fail). That tells nothing of the"
                  + " model or its samples, so nothing follows from it.\nMaybe leave more memory"
                  + " beside the Java heap, or run fewer tasks at once, and give the same command"
                  + " again.");
    }
  }

  @Test
  void aSessionThatThereIsNoMemoryForIsNoBadModel() {
    engine.whenOpened(Fault.ENGINE, Fault.ENGINE);
    assertThatThrownBy(this::open)
        .isInstanceOf(EngineFaultException.class)
        .hasMessageStartingWith("tiny.mlmodel: the engine failed twice (made to fail).");
  }

  @Test
  void aFaultOfTheDataIsAnAnswerAtOnce() {
    engine.whenRun(Fault.DATA);
    try (Predictor predictor = open()) {
      assertThatThrownBy(() -> predictor.predict(INPUTS))
          .isInstanceOf(PredictionException.class)
          .hasMessage("the engine failed: made to fail");
    }
    assertThat(engine.runs()).isEqualTo(1);
    engine.whenOpened(Fault.DATA);
    assertThatThrownBy(this::open)
        .isInstanceOf(BadInputException.class)
        .hasMessage(
            "tiny.mlmodel: the engine cannot open the lowered network (made to fail).\n"
                + "Maybe its layers do not fit each other; look at quantsweep inspect.");
  }

  @Test
  void aRunThatTakesTooLongIsNotTriedAgain() {
    engine.whenRun(Fault.OVERDUE);
    try (Predictor predictor = open()) {
      assertThatThrownBy(() -> predictor.predict(INPUTS))
          .isInstanceOf(EngineFaultException.class)
          .hasMessage(
              "tiny.mlmodel: made to fail. A slow machine is no answer, so nothing follows from"
                  + " it.\nMaybe give it longer with --run-limit.");
    }
    assertThat(engine.runs()).isEqualTo(1);
  }
}
