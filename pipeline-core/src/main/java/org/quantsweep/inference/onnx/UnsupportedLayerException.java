package org.quantsweep.inference.onnx;

/** A layer of a known type has settings that cannot be lowered; the reason is one clause. */
public final class UnsupportedLayerException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /** With the reason: one clause that begins in lower case. */
  public UnsupportedLayerException(String reason) {
    super(reason);
  }
}
