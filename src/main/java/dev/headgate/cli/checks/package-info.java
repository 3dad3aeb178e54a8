/**
 * What is asked of the servers before a start: whether they are there and let Headgate do what its routes need.
 *
 * <p>Guarantees an answer within seconds that names the server and the remedy. It changes nothing.
 */
@NullMarked
package dev.headgate.cli.checks;

import org.jspecify.annotations.NullMarked;
