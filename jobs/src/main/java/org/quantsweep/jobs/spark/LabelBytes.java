package org.quantsweep.jobs.spark;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.BitSet;
import java.util.Optional;
import java.util.function.BiConsumer;
import org.quantsweep.agreement.TopLabels;
import org.quantsweep.sweep.ReferenceEvidence;

/**
 * The reference's top classes in a block, as bytes: the outputs with their shapes, then for each
 * sample a 32-bit number for each output.
 */
final class LabelBytes {
  private LabelBytes() {}

  /** The places of a block whose classes are known. */
  static BitSet places(ReferenceEvidence block) {
    BitSet places = block.answered();
    block.answered().stream().filter(place -> block.labels(place).isEmpty()).forEach(places::clear);
    return places;
  }

  /** The classes at some places of a block; they have one form. */
  static byte[] write(ReferenceEvidence block, BitSet places) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (DataOutputStream out = new DataOutputStream(bytes)) {
      boolean begun = false;
      for (int place = places.nextSetBit(0); place >= 0; place = places.nextSetBit(place + 1)) {
        TopLabels labels = block.labels(place).orElseThrow();
        if (!begun) {
          labels.form().write(out);
          begun = true;
        }
        for (int top : labels.classes()) {
          out.writeInt(top);
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException("bytes in memory can be written.", e);
    }
    return bytes.toByteArray();
  }

  /** Hands over the classes at each place; nothing where the bytes are damaged. */
  static void read(BitSet places, byte[] bytes, BiConsumer<Integer, Optional<TopLabels>> each) {
    try (DataInputStream in = new DataInputStream(new ByteArrayInputStream(bytes))) {
      TopLabels.Form form = TopLabels.Form.read(in);
      for (int place = places.nextSetBit(0); place >= 0; place = places.nextSetBit(place + 1)) {
        int[] classes = new int[form.outputs().size()];
        for (int i = 0; i < classes.length; i++) {
          classes[i] = in.readInt();
        }
        each.accept(place, Optional.of(new TopLabels(form, classes)));
      }
    } catch (IOException | IllegalArgumentException e) {
      // The reference runs again where they are not known.
      return;
    }
  }
}
