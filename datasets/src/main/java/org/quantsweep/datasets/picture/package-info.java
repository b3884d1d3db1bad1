/** Pictures: decoding within limits, and resizing that equals Pillow's to the last bit. */
package org.quantsweep.datasets.picture;
