/** The commands about the pipelines of a running process, asked and told through its management server. */
@NullMarked
package dev.headgate.cli.pipelines;

import org.jspecify.annotations.NullMarked;
