/**
 * The command that says whether the promises hold of what has been done so far.
 *
 * <p>Guarantees that nothing is changed anywhere, that it may run beside the flow, in memory that does not grow with the
 * topics, and that what it cannot prove is said as such and never as lost. It does not look into the pipeline's own tables.
 */
@NullMarked
package dev.headgate.cli.verify;

import org.jspecify.annotations.NullMarked;
