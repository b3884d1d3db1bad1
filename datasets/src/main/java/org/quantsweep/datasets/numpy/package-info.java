/**
 * NumPy's {@code .npy} and {@code .npz} files (NEP 1), read within bounds and written
 * deterministically.
 */
package org.quantsweep.datasets.numpy;
