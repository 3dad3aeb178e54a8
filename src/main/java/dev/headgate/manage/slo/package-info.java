/**
 * The service level objectives, and whether they are kept: the same windows and factors as the rules of {@code
 * src/monitoring}, whoever has counted.
 *
 * <p>Plain arithmetic. What it keeps of the past is bounded and gone with the process.
 */
@NullMarked
package dev.headgate.manage.slo;

import org.jspecify.annotations.NullMarked;
