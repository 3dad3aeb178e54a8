/**
 * What Headgate can be asked about itself: its meters, in the form of Prometheus.
 *
 * <p>Guarantees that the number of series is bounded, and that observing costs no message anything but a few additions: what
 * has to ask a server is asked on a thread of its own, on an interval, never by a scrape. It changes nothing it observes.
 */
@NullMarked
package dev.headgate.manage.meters;

import org.jspecify.annotations.NullMarked;
