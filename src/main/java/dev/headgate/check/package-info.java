/**
 * What can be said about the files of a pipeline before anything runs, with file, line and column: YAML, Camel's steps and
 * their options, endpoints and theirs, placeholders, ids, references, files, destinations of the outbox and queues of jobs.
 *
 * <p>Guarantees that it reads files and a Camel context that is not started, and connects to nothing. It does not guarantee
 * that what it finds no fault in does what is meant.
 */
@NullMarked
package dev.headgate.check;

import org.jspecify.annotations.NullMarked;
