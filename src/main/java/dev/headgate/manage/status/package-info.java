/**
 * What a person sees of the process at a glance: the state of its pipelines, and its last 15 minutes, as JSON and as a
 * page that draws it.
 *
 * <p>Reads the meters; counts nothing itself. Bounded, off the data path, and gone with the process.
 */
@NullMarked
package dev.headgate.manage.status;

import org.jspecify.annotations.NullMarked;
