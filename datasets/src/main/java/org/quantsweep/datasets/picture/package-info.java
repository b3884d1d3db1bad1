/**
 * Pictures: decoding (JPEG, PNG, BMP), orientation and resizing, equal to Pillow's to the last bit.
 * Knows no Spark type.
 */
package org.quantsweep.datasets.picture;
