/**
 * The command that says how the service level objectives stand, asked of a process or of Prometheus.
 */
@NullMarked
package dev.headgate.cli.slo;

import org.jspecify.annotations.NullMarked;
