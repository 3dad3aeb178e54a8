/**
 * The commands about the job queues: list, show, enqueue, retry, cancel, pause, resume, queues.
 */
@NullMarked
package dev.headgate.cli.jobs;

import org.jspecify.annotations.NullMarked;
