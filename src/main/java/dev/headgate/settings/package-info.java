/**
 * What the user has set: immutable {@link dev.headgate.settings.Settings}, read once from the routes folder, a
 * configuration file and the environment.
 *
 * <p>Guaranteed: every known key is checked when the settings are loaded, a misspelt key is refused with the nearest
 * known one, and each complaint names the key, the value and where it came from. Not guaranteed: that keys of Camel
 * and of the user's own routes are right; they are passed on as they are.
 */
@NullMarked
package dev.headgate.settings;

import org.jspecify.annotations.NullMarked;
