/**
 * The wing to look from: health, JMX, the management server and whom it answers, and what holds a pipeline. Its rooms
 * are the meters, the status page, the objectives, the traces and Hawtio.
 *
 * <p>Guarantees that a look never waits for a server that hangs, and changes nothing but what an operation of an MBean is
 * named after. No other room depends on this one but the application and the command line.
 */
@NullMarked
package dev.headgate.manage;

import org.jspecify.annotations.NullMarked;
