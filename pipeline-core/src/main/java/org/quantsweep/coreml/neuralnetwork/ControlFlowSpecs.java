package org.quantsweep.coreml.neuralnetwork;

import java.util.List;
import java.util.Set;
import org.quantsweep.proto.coreml.LoopLayerParams;
import org.quantsweep.proto.coreml.NeuralNetwork;
import org.quantsweep.proto.coreml.NeuralNetworkLayer;
import org.quantsweep.proto.coreml.NeuralNetworkLayer.LayerCase;

/** Branches, loops, and the copies that let a loop write a blob again. */
final class ControlFlowSpecs {
  private static final LayerArity NOTHING = new LayerArity(0, 0, 0, 0);

  private ControlFlowSpecs() {}

  static List<LayerSpec> all() {
    return List.of(
        LayerSpec.of(LayerCase.COPY, 4)
            .parameters(ControlFlowSpecs::checkCopy)
            .writesAgain()
            .build(),
        LayerSpec.of(LayerCase.BRANCH, 4)
            .arity(new LayerArity(1, 1, 0, 0))
            .innerNetworks(ControlFlowSpecs::branch)
            .writesInside()
            .build(),
        LayerSpec.of(LayerCase.LOOP, 4)
            .arity(new LayerArity(0, 1, 0, 0))
            .innerNetworks(ControlFlowSpecs::loop)
            .writesInside()
            .build(),
        LayerSpec.of(LayerCase.LOOPBREAK, 4)
            .arity(NOTHING)
            .innerNetworks(ControlFlowSpecs::insideOfLoop)
            .build(),
        LayerSpec.of(LayerCase.LOOPCONTINUE, 4)
            .arity(NOTHING)
            .innerNetworks(ControlFlowSpecs::insideOfLoop)
            .build());
  }

  private static void checkCopy(LayerFindings findings) {
    NeuralNetworkLayer layer = findings.layer();
    if (layer.getInputCount() == 1
        && layer.getOutputCount() == 1
        && layer.getInput(0).equals(layer.getOutput(0))) {
      findings.problem("copies blob '" + layer.getInput(0) + "' onto itself.");
    }
  }

  private static void insideOfLoop(PlacedLayer layer, BlobScope scope, NetworkChecks checks) {
    if (layer.loopDepth() == 0) {
      checks.problem(layer, "stands outside of a loop's body.");
    }
  }

  private static void branch(PlacedLayer layer, BlobScope scope, NetworkChecks checks) {
    NeuralNetwork ifBranch = layer.message().getBranch().getIfBranch();
    NeuralNetwork elseBranch = layer.message().getBranch().getElseBranch();
    if (ifBranch.getLayersCount() == 0) {
      checks.problem(layer, "has an empty ifBranch.");
    }
    BlobScope whenTrue = scope.nested();
    checks.layers(layer.inner("if"), ifBranch.getLayersList(), whenTrue, layer.loopDepth());
    BlobScope whenFalse = scope.nested();
    checks.layers(layer.inner("else"), elseBranch.getLayersList(), whenFalse, layer.loopDepth());
    // Only what both branches write exists afterwards.
    for (String blob : whenTrue.written()) {
      if (whenFalse.writes(blob)) {
        scope.write(blob, "a branch");
      }
    }
  }

  private static void loop(PlacedLayer layer, BlobScope scope, NetworkChecks checks) {
    LoopLayerParams loop = layer.message().getLoop();
    NeuralNetwork condition = loop.getConditionNetwork();
    NeuralNetwork body = loop.getBodyNetwork();
    String variable = loop.getConditionVar();
    boolean conditional = condition.getLayersCount() > 0;
    if (body.getLayersCount() == 0) {
      checks.problem(layer, "has an empty bodyNetwork.");
    }
    if (conditional == variable.isEmpty()) {
      checks.problem(layer, "must have a conditionNetwork and a conditionVar, or neither of them.");
    }
    if (!conditional && loop.getMaxLoopIterations() == 0 && layer.message().getInputCount() == 0) {
      checks.problem(layer, "has no condition, no input and no maxLoopIterations: it never ends.");
    }
    BlobScope tested = scope.nested();
    if (conditional) {
      checks.layers(layer.inner("condition"), condition.getLayersList(), tested, layer.loopDepth());
      if (!variable.isEmpty() && !tested.writes(variable)) {
        checks.problem(
            layer,
            "has conditionVar '" + variable + "', which its conditionNetwork does not write.");
      }
    }
    BlobScope repeated = tested.nested();
    checks.layers(layer.inner("body"), body.getLayersList(), repeated, layer.loopDepth() + 1);
    Set<String> visible = conditional ? tested.written() : repeated.written();
    for (String blob : visible) {
      scope.write(blob, "a loop");
    }
  }
}
