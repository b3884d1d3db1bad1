package org.quantsweep.artifact;

import java.io.Serializable;
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
   * @param files content by path within the folder, separated by {@code /}; at least one. Its
   *     digest covers every path and its content's SHA-256, in ascending order of UTF-16 units
   * @throws IllegalArgumentException when a path is not relative, or could leave the folder
   */
  public static ModelFiles tree(Map<String, FileContent> files) {
    if (files.isEmpty()) {
      throw new IllegalArgumentException("a model of no files has no content.");
    }
    TreeMap<String, FileContent> sorted = new TreeMap<>(files);
    Sha256Digest.Builder digest = new Sha256Digest.Builder();
    sorted.forEach(
        (path, content) -> {
          if (!isInside(path)) {
            throw new IllegalArgumentException(
                "path (" + path + ") must stay within the model's folder.");
          }
          digest.field(path, content.digest().hex());
        });
    return new ModelFiles(sorted, digest.build());
  }

  /** Whether a path names a file within a folder, on every file system. */
  public static boolean isInside(String path) {
    boolean plain = path.chars().noneMatch(c -> c == '\\' || c == ':' || c < ' ');
    return plain
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
