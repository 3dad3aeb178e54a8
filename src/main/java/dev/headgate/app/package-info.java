/** The application: a Camel context with the user's routes. */
@NullMarked
package dev.headgate.app;

import org.jspecify.annotations.NullMarked;
