/**
 * How a component looks for work in a table: one thread, over and over, woken or after a pause, through suspensions and
 * outages of the database.
 *
 * <p>What is looked for, and who may have it, is its user's business.
 */
@NullMarked
package dev.headgate.polling;

import org.jspecify.annotations.NullMarked;
