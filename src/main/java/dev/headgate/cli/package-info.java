/**
 * The command line: {@code headgate run}, {@code schema} and {@code hawtio}, the commands of its rooms about dead letters,
 * jobs, objects, objectives, pipelines that run, promises that hold, and new or faulty routes, and those that other jars add.
 *
 * <p>Guaranteed: results go to standard output, all else to standard error; a failure is one line that says what to do
 * (exit code 1; 2 for wrong usage), never a bare stack trace unless {@code --debug} is given; {@code run} ends with
 * exit code 0 on SIGTERM and SIGINT after a graceful stop. Nothing in production depends on this package, and its
 * rooms do not either.
 */
@NullMarked
package dev.headgate.cli;

import org.jspecify.annotations.NullMarked;
