/** NumPy's files: {@code .npy} (one array) and {@code .npz} (a zip of them), NEP 1. */
package org.quantsweep.datasets.numpy;
