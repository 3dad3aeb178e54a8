/**
 * The Hawtio console on a running Headgate: the static files of Hawtio's web application, and behind them that process's
 * own Jolokia.
 *
 * <p>Guaranteed: the console allows nothing that the process does not; it answers on this machine only, and only a browser
 * that was opened with the address it printed. It knows nothing of the running process but the address of its Jolokia.
 */
@NullMarked
package dev.headgate.manage.hawtio;

import org.jspecify.annotations.NullMarked;
