/**
 * S3 as a sink: a batch becomes objects, and rows of a manifest that name them.
 *
 * <p>Guarantees that the objects named in {@code headgate.object_manifest} hold each message exactly once: rows are
 * inserted in the transaction that claims the messages, after the objects were put, and an object is swept away only if
 * its row can never be inserted any more. Does not guarantee that every object in the bucket is named: what an attempt
 * put that did not commit is an orphan until it is swept.
 */
@NullMarked
package dev.headgate.s3;

import org.jspecify.annotations.NullMarked;
