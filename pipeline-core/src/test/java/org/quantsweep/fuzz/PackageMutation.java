package org.quantsweep.fuzz;

import com.google.protobuf.InvalidProtocolBufferException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.quantsweep.coreml.neuralnetwork.ModelWriter;
import org.quantsweep.proto.coreml.Model;

/** Damages a package in one way or a few: its manifest, its specification, its constants. */
final class PackageMutation {
  private static final long[] PLACES = {
    0, 1, 63, 64, 65, 128, 192, 1 << 20, 1L << 31, 1L << 40, Long.MAX_VALUE, -1, -64
  };

  private final Random random;
  private final Map<String, byte[]> parts;

  private PackageMutation(Map<String, byte[]> parts, Random random) {
    this.random = random;
    this.parts = new TreeMap<>(parts);
  }

  static Map<String, byte[]> of(Map<String, byte[]> parts, Random random) {
    PackageMutation mutation = new PackageMutation(parts, random);
    int changes = random.nextInt(3) == 0 ? 2 : 1;
    for (int i = 0; i < changes; i++) {
      mutation.change();
    }
    return mutation.parts;
  }

  private void change() {
    switch (random.nextInt(20)) {
      case 0 -> {
        if (parts.size() > 1) {
          parts.remove(any());
        }
      }
      case 1 -> parts.put(any() + "x", new byte[10]);
      case 2, 3, 4 -> bytes(any());
      case 5, 6 -> manifest();
      case 7, 8, 9, 10 -> blob();
      default -> message();
    }
  }

  private String any() {
    List<String> paths = new ArrayList<>(parts.keySet());
    return paths.get(random.nextInt(paths.size()));
  }

  private void bytes(String path) {
    parts.put(path, damaged(parts.get(path), random));
  }

  /** Bytes that were cut, changed, or written over with others of them. */
  static byte[] damaged(byte[] old, Random random) {
    if (old.length == 0) {
      return old;
    }
    int place = random.nextInt(old.length);
    byte[] changed = old.clone();
    switch (random.nextInt(4)) {
      case 0 -> {
        return Arrays.copyOf(old, place);
      }
      case 1 -> {
        int from = random.nextInt(old.length);
        int length = Math.min(random.nextInt(64) + 1, old.length - Math.max(from, place));
        System.arraycopy(old, from, changed, place, length);
      }
      case 2 -> changed[place] = (byte) random.nextInt();
      default -> changed[place] ^= (byte) (1 << random.nextInt(8));
    }
    return changed;
  }

  private void manifest() {
    String path = "Manifest.json";
    if (!parts.containsKey(path)) {
      return;
    }
    String text = new String(parts.get(path), StandardCharsets.UTF_8);
    String changed =
        switch (random.nextInt(7)) {
          case 0 -> text.replace("weights", "../weights");
          case 1 -> text.replace("model.mlmodel", "weights/weight.bin");
          case 2 -> text.replace("1.0.0", "1." + random.nextInt());
          case 3 -> text.replace("\"path\"", "\"pfad\"");
          case 4 -> text.replace("{", "[").replace("}", "]");
          case 5 -> text.replace("com.apple.CoreML/model.mlmodel", "");
          default -> text.replaceFirst("\"rootModelIdentifier\": \".*\"", "\"x\": [[[[1]]]]");
        };
    parts.put(path, changed.getBytes(StandardCharsets.UTF_8));
  }

  /** A number of a blob's metadata, or of the file's header. */
  private void blob() {
    List<String> files =
        parts.keySet().stream().filter(path -> path.endsWith("weight.bin")).toList();
    if (files.isEmpty() || parts.get(files.get(0)).length < 128) {
      message();
      return;
    }
    String path = files.get(random.nextInt(files.size()));
    byte[] changed = parts.get(path).clone();
    if (changed.length < 128) {
      return;
    }
    ByteBuffer bytes = ByteBuffer.wrap(changed).order(ByteOrder.LITTLE_ENDIAN);
    int metadata = random.nextInt(changed.length / 64) * 64;
    for (int place = 0; place < changed.length - 64; place += 64) {
      if (bytes.getInt(place) == 0xDEADBEEF && random.nextInt(4) == 0) {
        metadata = place;
        break;
      }
    }
    switch (random.nextInt(6)) {
      case 0 -> bytes.putInt(metadata, random.nextInt());
      case 1 -> bytes.putInt(metadata + 4, random.nextInt(20));
      case 2 -> bytes.putLong(metadata + 8, number(bytes.getLong(metadata + 8)));
      case 3 -> bytes.putLong(metadata + 16, number(bytes.getLong(metadata + 16)));
      case 4 -> bytes.putLong(metadata + 24, random.nextInt(9));
      default -> bytes.putInt(4, random.nextInt(4));
    }
    parts.put(path, changed);
  }

  private long number(long old) {
    return switch (random.nextInt(4)) {
      case 0 -> old + 1;
      case 1 -> old - 1;
      case 2 -> old * 2;
      default -> PLACES[random.nextInt(PLACES.length)];
    };
  }

  private void message() {
    List<String> files =
        parts.keySet().stream().filter(path -> path.endsWith("model.mlmodel")).toList();
    if (files.isEmpty()) {
      return;
    }
    try {
      Model model = Model.parseFrom(parts.get(files.get(0)));
      parts.put(files.get(0), ModelWriter.toBytes((Model) MessageMutation.of(model, random)));
    } catch (InvalidProtocolBufferException e) {
      // An earlier change has damaged it already.
      bytes(files.get(0));
    }
  }
}
