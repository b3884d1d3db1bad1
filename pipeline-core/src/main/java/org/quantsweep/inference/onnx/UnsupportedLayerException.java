package org.quantsweep.inference.onnx;

/** A layer of a known type has settings that cannot be lowered; the reason is one clause. */
final class UnsupportedLayerException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  UnsupportedLayerException(String reason) {
    super(reason);
  }
}
