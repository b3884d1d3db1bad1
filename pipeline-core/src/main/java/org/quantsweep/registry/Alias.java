package org.quantsweep.registry;

import java.io.Serializable;

/** A name that points to one version of a model. */
public enum Alias implements Serializable {
  /** The version that was published last. */
  CHALLENGER("challenger"),
  /** The version that is in use. */
  CHAMPION("champion");

  private final String text;

  Alias(String text) {
    this.text = text;
  }

  @Override
  public String toString() {
    return text;
  }
}
