package org.quantsweep.quantize;

/** What shares one scale and bias. */
public enum Granularity {
  /** The whole weight tensor. */
  PER_TENSOR,
  /** Each slice along the weight tensor's channel axis. */
  PER_CHANNEL
}
