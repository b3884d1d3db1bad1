package org.quantsweep.coreml.mlprogram;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import org.quantsweep.coreml.ComputeUnit;
import org.quantsweep.coreml.Guardrail;
import org.quantsweep.quantize.Grouping;
import org.quantsweep.quantize.Scheme;

/**
 * Forms that are reported to be slow, wrong or crashing on a compute unit. Nothing of it was seen
 * here: no device is at hand.
 */
final class ProgramGuardrails {
  private static final List<Rule> RULES =
      List.of(
          new Rule(
              ComputeUnit.ANE,
              Opset.IOS18,
              scheme -> isInBlocks(scheme) && scheme.codeBits().bits() == 8,
              new Guardrail(
                  "8-bit codes in blocks",
                  "are silently wrong on the Neural Engine",
                  "apple/coreai-models#279")),
          new Rule(
              ComputeUnit.ANE,
              Opset.IOS18,
              scheme -> isInBlocks(scheme) && scheme.codeBits().bits() == 4,
              new Guardrail(
                  "4-bit codes in blocks",
                  "are for the GPU; the Neural Engine prefers a scale for each channel",
                  "coremltools guide, opt-quantization-perf")),
          new Rule(
              ComputeUnit.ANE,
              Opset.IOS18,
              ProgramGuardrails::isTableOfFour,
              new Guardrail(
                  "4-bit look-up tables",
                  "turn wrong or crash on the Neural Engine after some calls",
                  "apple/coremltools#2716")),
          new Rule(
              ComputeUnit.ANE,
              Opset.IOS26,
              Scheme.Quantization::isScaledTable,
              new Guardrail(
                  "look-up tables with scales",
                  "end the process while macOS 26 loads them for the Neural Engine",
                  "apple/coremltools#2688")),
          new Rule(
              ComputeUnit.GPU,
              Opset.IOS26,
              Scheme.Quantization::isScaledTable,
              new Guardrail(
                  "look-up tables with scales",
                  "fail the verification of MPSGraph, the GPU's compiler, on macOS 26",
                  "apple/coremltools#2688")),
          new Rule(
              ComputeUnit.GPU,
              Opset.IOS18,
              ProgramGuardrails::isTableOfFour,
              new Guardrail(
                  "4-bit look-up tables",
                  "are reported to crash on the GPU of macOS 26 while they are loaded",
                  "apple/coremltools#2688, #2716")));

  private ProgramGuardrails() {}

  /**
   * A report.
   *
   * @param least the opset from which on it holds
   */
  private record Rule(
      ComputeUnit unit, Opset least, Predicate<Scheme.Quantization> forms, Guardrail told) {}

  private static boolean isInBlocks(Scheme.Quantization scheme) {
    return scheme.grouping() instanceof Grouping.PerBlock && !scheme.isLookUpTable();
  }

  private static boolean isTableOfFour(Scheme.Quantization scheme) {
    return scheme.isLookUpTable() && scheme.codeBits().bits() == 4;
  }

  /** What is reported where a program of an opset may come to run on a unit. */
  static List<Guardrail> of(ComputeUnit unit, Opset opset) {
    List<Guardrail> told = new ArrayList<>();
    for (Rule rule : RULES) {
      if (unit.includes(rule.unit()) && opset.isAtLeast(rule.least())) {
        told.add(rule.told());
      }
    }
    return told;
  }

  /** Whether a scheme is not offered. */
  static boolean leaveOut(Scheme scheme, ComputeUnit unit, Opset opset) {
    return scheme instanceof Scheme.Quantization codes
        && RULES.stream()
            .anyMatch(
                rule ->
                    unit.includes(rule.unit())
                        && opset.isAtLeast(rule.least())
                        && rule.forms().test(codes));
  }
}
