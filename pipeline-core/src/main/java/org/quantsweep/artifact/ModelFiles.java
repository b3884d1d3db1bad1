package org.quantsweep.artifact;

import java.io.IOException;
import java.io.Serializable;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Collections;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.quantsweep.digest.ByteSize;
import org.quantsweep.digest.Sha256Digest;

/**
 * The files of one model as they are judged and published: a lone file, or a tree of files such as
 * an {@code .mlpackage} folder. Two models are equal when their digests are.
 */
public final class ModelFiles implements Serializable {
  /** The largest number of files; model packages have about ten. */
  public static final int MOST_FILES = 10_000;

  /** The longest path within a model, in UTF-16 units. */
  public static final int LONGEST_PATH = 1_000;

  /** The path of a lone file: the model's own. */
  private static final String ROOT = "";

  private static final long serialVersionUID = 1L;

  /** A tree map, which can be serialized. */
  private final TreeMap<String, FileContent> files;

  private final Sha256Digest digest;
  private final ByteSize size;

  private ModelFiles(Map<String, FileContent> files, Sha256Digest digest) {
    this.files = new TreeMap<>(files);
    this.digest = digest;
    ByteSize sum = new ByteSize(0);
    for (FileContent content : files.values()) {
      sum = sum.plus(content.size());
    }
    this.size = sum;
  }

  /** A model that is one file; its digest is that file's SHA-256. */
  public static ModelFiles lone(FileContent content) {
    return new ModelFiles(Map.of(ROOT, content), content.digest());
  }

  /** A model that is one file, in memory; keeps the array, which must not change any more. */
  public static ModelFiles lone(byte[] bytes) {
    return lone(FileContent.of(bytes));
  }

  /**
   * A model that is a folder.
   *
   * @param files content by path within the folder, separated by {@code /}; at least one, and at
   *     most {@link #MOST_FILES}. Its digest covers every path and its content's SHA-256, in
   *     ascending order of UTF-16 units
   * @throws IllegalArgumentException when there are none or too many; when a path is not relative,
   *     is too long, or could leave the folder; when one file would lie in another
   */
  public static ModelFiles tree(Map<String, FileContent> files) {
    if (files.isEmpty()) {
      throw new IllegalArgumentException("a model of no files has no content.");
    }
    if (files.size() > MOST_FILES) {
      throw new IllegalArgumentException(
          "a model of " + files.size() + " files has more than " + MOST_FILES + ".");
    }
    TreeMap<String, FileContent> sorted = new TreeMap<>(files);
    Sha256Digest.Builder digest = new Sha256Digest.Builder();
    sorted.forEach(
        (path, content) -> {
          if (!isInside(path)) {
            throw new IllegalArgumentException(
                "path (" + path + ") must stay within the model's folder.");
          }
          for (int slash = path.indexOf('/'); slash > 0; slash = path.indexOf('/', slash + 1)) {
            if (sorted.containsKey(path.substring(0, slash))) {
              throw new IllegalArgumentException(
                  "path (" + path + ") lies in a file, not in a folder.");
            }
          }
          digest.field(path, content.digest().hex());
        });
    return new ModelFiles(sorted, digest.build());
  }

  /** Whether a path names a file within a folder, on every file system. */
  public static boolean isInside(String path) {
    boolean plain = path.chars().noneMatch(c -> c == '\\' || c == ':' || c < ' ' || c == 127);
    // Halves of a character become question marks in UTF-8: two paths would have one digest.
    return plain
        && path.length() <= LONGEST_PATH
        && StandardCharsets.UTF_8.newEncoder().canEncode(path)
        && Arrays.stream(path.split("/", -1))
            .noneMatch(part -> part.isEmpty() || part.equals(".") || part.equals(".."));
  }

  /** Whether the model is one file rather than a folder. */
  public boolean isLone() {
    return files.containsKey(ROOT);
  }

  /** Content by path within the model, ascending; a lone file's path is empty. */
  public SortedMap<String, FileContent> files() {
    return Collections.unmodifiableSortedMap(files);
  }

  /**
   * The content of a lone file.
   *
   * @throws IllegalStateException when the model is a folder
   */
  public FileContent content() {
    if (!isLone()) {
      throw new IllegalStateException("a model of " + files.size() + " files is not one file.");
    }
    return files.get(ROOT);
  }

  /**
   * The same model with all its content in memory.
   *
   * @param limit the largest size of all files together that is read
   * @throws IOException when the model is larger, or cannot be read
   */
  public ModelFiles inMemory(ByteSize limit) throws IOException {
    if (size.compareTo(limit) > 0) {
      throw new IOException(
          "its " + size.bytes() + " bytes are more than " + limit.bytes() + " bytes");
    }
    TreeMap<String, FileContent> read = new TreeMap<>();
    for (Map.Entry<String, FileContent> file : files.entrySet()) {
      read.put(file.getKey(), file.getValue().inMemory(limit));
    }
    return new ModelFiles(read, digest);
  }

  /** A lone file's SHA-256; a folder's digest over its sorted paths and their SHA-256. */
  public Sha256Digest digest() {
    return digest;
  }

  /** The bytes of all files together. */
  public ByteSize size() {
    return size;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof ModelFiles model && digest.equals(model.digest);
  }

  @Override
  public int hashCode() {
    return digest.hashCode();
  }

  @Override
  public String toString() {
    return "ModelFiles[" + digest.abbreviated() + ", " + size + "]";
  }
}
