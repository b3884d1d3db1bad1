package org.quantsweep.report.bundle;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.BitSet;
import java.util.List;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.quantsweep.BadInputException;

class BundleFileTest {
  private static EvidenceBundle bundle(int version) {
    TreeMap<String, SampleEvidence> parts = new TreeMap<>();
    BitSet answered = new BitSet();
    answered.set(0);
    answered.set(9);
    parts.put(
        "selection",
        new SampleEvidence(
            10,
            10,
            Bits.of(answered),
            null,
            null,
            List.of(),
            null,
            List.of("a<b>.png"),
            List.of("")));
    return new EvidenceBundle(
        version,
        "00",
        "",
        new TreeMap<>(),
        new NetworkEvidence("a network", List.of(), List.of(), 0),
        List.of(),
        parts,
        List.of(),
        List.of(),
        List.of(),
        new Explanations(List.of(), List.of(), List.of()));
  }

  @Test
  void whatIsWrittenIsRead() {
    String text = BundleFile.toJson(bundle(1));
    assertEquals(bundle(1), BundleFile.fromJson(text, "evidence.json"));
    // Ranks 0 and 9, the first in the lowest bit: bytes 01 02.
    assertEquals("AQI=", bundle(1).parts().get("selection").answered().base64());
  }

  @Test
  void aLaterVersionIsRefused() {
    String text = BundleFile.toJson(bundle(7));
    assertEquals(
        "out/evidence.json: schemaVersion (7) must be in [1, 1]: this program knows no other.\n"
            + "Maybe use the version that wrote it.",
        assertThrows(BadInputException.class, () -> BundleFile.fromJson(text, "out/evidence.json"))
            .getMessage());
  }
}
