package org.quantsweep.coreml.mlprogram;

import com.google.protobuf.CodedOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.UUID;
import org.quantsweep.artifact.FileContent;
import org.quantsweep.artifact.ModelFiles;
import org.quantsweep.digest.Sha256Digest;
import org.quantsweep.proto.coreml.Model;

/**
 * Writes model packages as coremltools does, but always the same for equal content: what it draws
 * by lot, the identifiers of items, follows from what they hold.
 */
public final class PackageWriter {
  private static final String AUTHOR = "com.apple.CoreML";
  private static final String MODEL = "model.mlmodel";
  private static final String WEIGHTS = "weights";

  private PackageWriter() {}

  /**
   * The files of a package.
   *
   * @param message of the model
   * @param beside the other files by their path within the folder of the model's own, for example
   *     {@code weights/weight.bin}; that folder's files and folders are the package's items
   */
  public static ModelFiles files(Model message, Map<String, FileContent> beside) {
    FileContent model = FileContent.of(bytes(message));
    SortedMap<String, Sha256Digest.Builder> items = new TreeMap<>();
    items.put(MODEL, digest(MODEL).field("", model.digest().hex()));
    TreeMap<String, FileContent> files = new TreeMap<>();
    files.put("Data/" + AUTHOR + "/" + MODEL, model);
    new TreeMap<>(beside)
        .forEach(
            (path, content) -> {
              String item = item(path);
              items
                  .computeIfAbsent(item, PackageWriter::digest)
                  .field(path, content.digest().hex());
              files.put("Data/" + AUTHOR + "/" + path, content);
            });
    SortedMap<String, String> identifiers = new TreeMap<>();
    items.forEach((item, digest) -> identifiers.put(identifier(digest.build()), item));
    files.put(
        "Manifest.json", FileContent.of(manifest(identifiers).getBytes(StandardCharsets.UTF_8)));
    return ModelFiles.tree(files);
  }

  /** The items of a package: the model, and each file or folder beside it. */
  static java.util.Set<String> items(java.util.Set<String> beside) {
    java.util.Set<String> items = new java.util.TreeSet<>();
    items.add(MODEL);
    beside.forEach(path -> items.add(item(path)));
    return items;
  }

  private static String item(String path) {
    return path.contains("/") ? path.substring(0, path.indexOf('/')) : path;
  }

  /** The bytes of a manifest of some items, whatever these hold. */
  static int manifestSize(java.util.Set<String> items) {
    SortedMap<String, String> identifiers = new TreeMap<>();
    for (String item : items) {
      identifiers.put(identifier(digest(item).build()), item);
    }
    return manifest(identifiers).getBytes(StandardCharsets.UTF_8).length;
  }

  private static Sha256Digest.Builder digest(String item) {
    return new Sha256Digest.Builder().field("item", item);
  }

  /** A UUID of version 8, whose bits are its maker's own (RFC 9562). */
  private static String identifier(Sha256Digest digest) {
    long high = Long.parseUnsignedLong(digest.hex().substring(0, 16), 16);
    long low = Long.parseUnsignedLong(digest.hex().substring(16, 32), 16);
    return new UUID((high & ~0xf000L) | 0x8000L, (low & ~(3L << 62)) | (1L << 63)).toString();
  }

  private static String manifest(SortedMap<String, String> identifiers) {
    StringBuilder json = new StringBuilder();
    json.append("{\n    \"fileFormatVersion\": \"1.0.0\",\n    \"itemInfoEntries\": {");
    String separator = "\n";
    String root = "";
    for (Map.Entry<String, String> item : identifiers.entrySet()) {
      String name = item.getValue();
      json.append(separator).append("        \"").append(item.getKey()).append("\": {\n");
      json.append("            \"author\": \"" + AUTHOR + "\",\n");
      json.append("            \"description\": ").append(quoted(description(name))).append(",\n");
      json.append("            \"name\": ").append(quoted(name)).append(",\n");
      json.append("            \"path\": ").append(quoted(AUTHOR + "/" + name)).append("\n");
      json.append("        }");
      separator = ",\n";
      root = name.equals(MODEL) ? item.getKey() : root;
    }
    json.append("\n    },\n    \"rootModelIdentifier\": \"").append(root).append("\"\n}\n");
    return json.toString();
  }

  private static String description(String item) {
    return switch (item) {
      case MODEL -> "CoreML Model Specification";
      case WEIGHTS -> "CoreML Model Weights";
      default -> "";
    };
  }

  /** Paths within a model hold no control characters. */
  private static String quoted(String text) {
    return '"' + text.replace("\\", "\\\\").replace("\"", "\\\"") + '"';
  }

  /** Always the same for equal messages: maps sorted by key, unknown fields kept. */
  private static byte[] bytes(Model message) {
    byte[] bytes = new byte[message.getSerializedSize()];
    CodedOutputStream output = CodedOutputStream.newInstance(bytes);
    output.useDeterministicSerialization();
    try {
      message.writeTo(output);
      output.flush();
    } catch (IOException e) {
      throw new UncheckedIOException("an array of the right size must take the message.", e);
    }
    return bytes;
  }
}
