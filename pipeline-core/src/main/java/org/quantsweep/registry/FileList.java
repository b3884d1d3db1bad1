package org.quantsweep.registry;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import java.util.Collections;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.quantsweep.artifact.FileContent;
import org.quantsweep.artifact.ModelFiles;
import org.quantsweep.digest.ByteSize;
import org.quantsweep.digest.Sha256Digest;

/**
 * The files of a model that is a tree, as registries write them down. The model's digest covers
 * every path and digest in it, so a list that somebody changed is found out.
 *
 * @param files size and digest by path within the model, ascending
 */
public record FileList(SortedMap<String, FileContent.Measured> files) {
  private static final ObjectMapper JSON = new ObjectMapper();

  /** Finds a file of the tree where the registry keeps it. */
  public interface Store {
    /** The content at a path within the model, which is to have this size and digest. */
    FileContent at(String path, FileContent.Measured expected);
  }

  /** Copies the map. */
  public FileList {
    files = Collections.unmodifiableSortedMap(new TreeMap<>(files));
  }

  /** Of a model. */
  public static FileList of(ModelFiles model) {
    TreeMap<String, FileContent.Measured> files = new TreeMap<>();
    model
        .files()
        .forEach(
            (path, content) ->
                files.put(path, new FileContent.Measured(content.size(), content.digest())));
    return new FileList(files);
  }

  /** {@code [{"path": ..., "encodedSize": bytes, "sha256": ...}, ...]}, ascending by path. */
  public ArrayNode toJson() {
    ArrayNode list = JSON.createArrayNode();
    files.forEach(
        (path, file) ->
            list.addObject()
                .put("path", path)
                .put("encodedSize", file.size().bytes())
                .put("sha256", file.digest().hex()));
    return list;
  }

  /**
   * Reads what {@link #toJson} made.
   *
   * @throws IllegalArgumentException when it is not that
   */
  public static FileList fromJson(JsonNode list) {
    TreeMap<String, FileContent.Measured> files = new TreeMap<>();
    for (JsonNode file : list) {
      files.put(
          file.path("path").asText(),
          new FileContent.Measured(
              new ByteSize(file.path("encodedSize").asLong(-1)),
              new Sha256Digest(file.path("sha256").asText())));
    }
    return new FileList(files);
  }

  /**
   * The model that this list is of.
   *
   * @throws IllegalArgumentException when its digest or size is another, or a path leaves it
   */
  public ModelFiles model(Sha256Digest digest, ByteSize size, Store store) {
    TreeMap<String, FileContent> contents = new TreeMap<>();
    for (Map.Entry<String, FileContent.Measured> file : files.entrySet()) {
      // Before anything is looked up there.
      if (!ModelFiles.isInside(file.getKey())) {
        throw new IllegalArgumentException(
            "path (" + file.getKey() + ") must stay within the model's folder.");
      }
      contents.put(file.getKey(), store.at(file.getKey(), file.getValue()));
    }
    ModelFiles model = ModelFiles.tree(contents);
    if (!model.digest().equals(digest) || !model.size().equals(size)) {
      throw new IllegalArgumentException("the list of its files is not that of this model.");
    }
    return model;
  }
}
