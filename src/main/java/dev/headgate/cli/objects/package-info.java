/**
 * The commands about objects in S3: list them by their manifest, sweep those that it does not know.
 */
@NullMarked
package dev.headgate.cli.objects;

import org.jspecify.annotations.NullMarked;
