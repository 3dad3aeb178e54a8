/**
 * Validates messages against a JSON Schema.
 *
 * <p>Guarantees that what passes is one JSON document in UTF-8 without duplicate names that satisfies the schema; the
 * body itself is left as it came, byte for byte.
 */
@NullMarked
package dev.headgate.schema;

import org.jspecify.annotations.NullMarked;
